package dev.understudy.docs;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The exported packages of every module with a descriptor, as text: a type a block, a member a line. */
final class PublicApi {

    private static final Pattern EXPORT = Pattern.compile("^\\s*exports\\s+([\\w.]+)\\s*;", Pattern.MULTILINE);

    private final List<Class<?>> types;

    private PublicApi(List<Class<?>> types) {
        this.types = types;
    }

    static PublicApi of(Path root) throws IOException {
        List<Path> descriptors;
        try (Stream<Path> all = Files.walk(root)) {
            descriptors = all.filter(path -> path.endsWith(Path.of("src/main/java/module-info.java")))
                    .sorted()
                    .toList();
        }
        List<Class<?>> types = new ArrayList<>();
        for (Path descriptor : descriptors) {
            Matcher exports = EXPORT.matcher(Files.readString(descriptor));
            while (exports.find()) {
                types.addAll(publicTypes(descriptor.getParent(), exports.group(1)));
            }
        }
        types.sort(Comparator.comparing(Class::getName));
        return new PublicApi(types);
    }

    private static List<Class<?>> publicTypes(Path sources, String packageName) throws IOException {
        List<Class<?>> types = new ArrayList<>();
        try (Stream<Path> files = Files.list(sources.resolve(packageName.replace('.', '/')))) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (!name.endsWith(".java") || name.equals("package-info.java")) {
                    continue;
                }
                try {
                    Class<?> type = Class.forName(
                            packageName + "." + name.substring(0, name.length() - ".java".length()),
                            false,
                            PublicApi.class.getClassLoader());
                    if (Modifier.isPublic(type.getModifiers())) {
                        types.add(type);
                    }
                } catch (ClassNotFoundException missing) {
                    throw new IllegalStateException(file + " is not on the class path of the tests", missing);
                }
            }
        }
        return types;
    }

    /** Returns the names of the public top-level types. */
    List<String> types() {
        return types.stream().map(Class::getName).toList();
    }

    String text() {
        StringBuilder text = new StringBuilder();
        for (Class<?> type : types) {
            write(type, text);
        }
        return text.toString();
    }

    private static void write(Class<?> type, StringBuilder text) {
        text.append(header(type)).append('\n');
        Set<String> members = new TreeSet<>();
        for (Field field : type.getDeclaredFields()) {
            if (isApi(field.getModifiers()) && !field.isSynthetic()) {
                members.add(
                        "  " + modifiers(field.getModifiers()) + name(field.getGenericType()) + " " + field.getName());
            }
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (isApi(constructor.getModifiers()) && !constructor.isSynthetic()) {
                members.add("  new" + parameters(constructor));
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (isApi(method.getModifiers()) && !method.isSynthetic()) {
                members.add("  " + modifiers(method.getModifiers()) + name(method.getGenericReturnType()) + " "
                        + method.getName() + parameters(method));
            }
        }
        members.forEach(member -> text.append(member).append('\n'));
        text.append('\n');
        Arrays.stream(type.getDeclaredClasses())
                .filter(nested -> isApi(nested.getModifiers()))
                .sorted(Comparator.comparing(Class::getName))
                .forEach(nested -> write(nested, text));
    }

    private static String header(Class<?> type) {
        String kind = type.isRecord() ? "record" : type.isEnum() ? "enum" : type.isInterface() ? "interface" : "class";
        String sealed = type.isSealed() ? "sealed " : "";
        String generics = type.getTypeParameters().length == 0
                ? ""
                : Arrays.stream(type.getTypeParameters())
                        .map(Type::getTypeName)
                        .collect(Collectors.joining(", ", "<", ">"));
        return sealed + kind + " " + type.getName() + generics;
    }

    private static boolean isApi(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static String modifiers(int modifiers) {
        return (Modifier.isStatic(modifiers) ? "static " : "") + (Modifier.isProtected(modifiers) ? "protected " : "");
    }

    private static String parameters(Executable executable) {
        return Arrays.stream(executable.getParameters())
                .map(Parameter::getParameterizedType)
                .map(PublicApi::name)
                .collect(Collectors.joining(", ", "(", ")"));
    }

    private static String name(Type type) {
        return type.getTypeName().replaceAll("\\b(?:[a-z_]\\w*\\.)+(?=[A-Z])", "");
    }
}
