package dev.understudy.docs;

import dev.understudy.Understudy;
import dev.understudy.UnderstudyBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** Reads the default values of all options from the code, in the form in which the pages show them. */
final class Defaults {

    static final String BUILDER = "UnderstudyBuilder";

    /** Packages whose simple class names the pages use; no two of these classes share a name. */
    private static final List<String> PACKAGES = Stream.of(
                    "",
                    ".call",
                    ".event",
                    ".policy",
                    ".pool",
                    ".provider",
                    ".provider.endpoint",
                    ".provider.error",
                    ".provider.framing",
                    ".provider.http",
                    ".provider.json",
                    ".provider.openai",
                    ".provider.openai.responses",
                    ".shared",
                    ".streaming")
            .map("dev.understudy"::concat)
            .toList();

    /** Builder options whose name differs from the name of their field. */
    private static final Map<String, String> OPTIONS = Map.of(
            "timeoutPolicy", "timeouts",
            "reasoning", "reasoningTimeouts",
            "loading", "loadingTimeouts",
            "failoverPolicy", "failover",
            "hedgingPolicy", "hedging",
            "aroundFilters", "routeAroundFilters",
            "invalidStops", "stopOnInvalidRequest",
            "timeSource", "scheduler");

    private static final String UNNAMED = "built in";
    private static final Map<String, List<Class<?>>> CLASSES = new ConcurrentHashMap<>();

    private Defaults() {}

    /** Returns the builder, the public records among its fields, and all other public records with {@code defaults()}. */
    static Stream<String> sections() {
        Stream<Class<?>> held = fields().<Class<?>>map(Field::getType);
        Stream<Class<?>> others =
                PACKAGES.stream().flatMap(Defaults::classes).filter(type -> preset(type, "defaults") != null);
        Stream<String> records = Stream.concat(held, others)
                .filter(type -> type.isRecord() && Modifier.isPublic(type.getModifiers()))
                .filter(type -> PACKAGES.contains(type.getPackageName()))
                .map(Class::getSimpleName);
        return Stream.concat(Stream.of(BUILDER), records).distinct();
    }

    /**
     * Returns option and value of one section.
     *
     * @param section name of a record, {@code Record.preset}, or the builder
     */
    static Map<String, String> of(String section) {
        if (section.equals(BUILDER)) {
            return builder();
        }
        Map<String, String> values = new LinkedHashMap<>();
        components("", instance(section), values);
        return values;
    }

    /** Returns the result of {@code Record.preset()}; for {@code Record} the builder's value, or the record's defaults. */
    private static Object instance(String section) {
        String[] parts = section.split("\\.");
        Class<?> type = type(parts[0]);
        if (parts.length == 1) {
            UnderstudyBuilder builder = Understudy.builder();
            for (Field field : fields().filter(one -> one.getType() == type).toList()) {
                return read(field, builder);
            }
        }
        Method preset = preset(type, parts.length > 1 ? parts[1] : "defaults");
        if (preset == null) {
            throw new IllegalArgumentException("Neither a record nor a preset: " + section);
        }
        return call(preset);
    }

    /** Returns the value of a constant such as {@code Backoff.FLOOR}. */
    static Object constant(String name) {
        String[] parts = name.split("\\.");
        return read(field(type(parts[0]), parts[1]), null);
    }

    private static Map<String, String> builder() {
        UnderstudyBuilder builder = Understudy.builder();
        Map<String, String> values = new LinkedHashMap<>();
        fields().forEach(field ->
                values.put(OPTIONS.getOrDefault(field.getName(), field.getName()), text(read(field, builder))));
        return values;
    }

    /** Returns the builder's options; its lists of providers and fallbacks have no defaults. */
    private static Stream<Field> fields() {
        return Arrays.stream(UnderstudyBuilder.class.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
                .filter(field -> !List.class.isAssignableFrom(field.getType()))
                .filter(field -> !Map.class.isAssignableFrom(field.getType()));
    }

    /** Adds the components of a record; a nested record without a named preset is split: {@code rate.share}. */
    private static void components(String prefix, Object options, Map<String, String> values) {
        for (RecordComponent component : options.getClass().getRecordComponents()) {
            Object value = call(component.getAccessor(), options);
            boolean member = value instanceof Record && value.getClass().isMemberClass();
            if (member || value instanceof Record && text(value).equals(UNNAMED)) {
                components(prefix + component.getName() + ".", value, values);
            } else {
                values.put(prefix + component.getName(), text(value));
            }
        }
    }

    /** Returns a value as the pages write it. */
    static String text(Object value) {
        if (value == null) {
            return "none";
        }
        if (value instanceof Duration duration) {
            return text(duration);
        }
        if (value instanceof Boolean yes) {
            return yes ? "yes" : "no";
        }
        if (value instanceof String || value instanceof Enum<?>) {
            return "`" + value + "`";
        }
        if (value instanceof Number) {
            return value.toString().replaceFirst("\\.0$", "");
        }
        if (value instanceof java.util.Collection<?> all && all.isEmpty()
                || value instanceof Map<?, ?> map && map.isEmpty()) {
            return "none";
        }
        if (value instanceof java.util.Collection<?> all && all.stream().allMatch(Enum.class::isInstance)) {
            return all.stream().map(Defaults::text).collect(java.util.stream.Collectors.joining(", "));
        }
        return named(value);
    }

    private static String text(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0) {
            return "0";
        }
        if (millis % 60_000 == 0 && millis > 60_000) {
            return millis / 60_000 + " min";
        }
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
    }

    /** Returns the factory method that creates this value, for example {@code TimeoutPolicy.reasoning()}. */
    private static String named(Object value) {
        Class<?> type = value.getClass();
        Stream<Class<?>> types = Stream.concat(Stream.of(type), Stream.of(type.getInterfaces()));
        return types.filter(one -> PACKAGES.contains(one.getPackageName()))
                .flatMap(one -> presets(one).filter(preset -> same(call(preset), value)))
                .map(preset -> "`" + preset.getDeclaringClass().getSimpleName() + "." + preset.getName() + "()`")
                .min(Comparator.comparing(name -> !name.endsWith(".defaults()`")))
                .orElse(UNNAMED);
    }

    private static boolean same(Object one, Object other) {
        return one.equals(other) || one.getClass() == other.getClass() && !(one instanceof Record);
    }

    private static Stream<Method> presets(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                ? Arrays.stream(type.getMethods())
                        .filter(method -> Modifier.isStatic(method.getModifiers()))
                        .filter(method -> method.getParameterCount() == 0 && method.getReturnType() == type)
                : Stream.empty();
    }

    private static Method preset(Class<?> type, String name) {
        return presets(type)
                .filter(method -> method.getName().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static Class<?> type(String simpleName) {
        return PACKAGES.stream()
                .flatMap(Defaults::classes)
                .filter(type -> type.getSimpleName().equals(simpleName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No class of the listed packages: " + simpleName));
    }

    private static Stream<Class<?>> classes(String inPackage) {
        return CLASSES.computeIfAbsent(inPackage, Defaults::list).stream();
    }

    /** Lists the classes of a package, from folders and jars of the class path. */
    private static List<Class<?>> list(String inPackage) {
        try (JavaFileManager files = ToolProvider.getSystemJavaCompiler().getStandardFileManager(null, null, null)) {
            Iterable<JavaFileObject> found =
                    files.list(StandardLocation.CLASS_PATH, inPackage, Set.of(JavaFileObject.Kind.CLASS), false);
            return StreamSupport.stream(found.spliterator(), false)
                    .map(file -> files.inferBinaryName(StandardLocation.CLASS_PATH, file))
                    .filter(name -> !name.contains("-") && !name.contains("$"))
                    .<Class<?>>map(Defaults::load)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, Defaults.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Field field(Class<?> type, String name) {
        try {
            return type.getDeclaredField(name);
        } catch (NoSuchFieldException e) {
            throw new IllegalArgumentException("No field " + type.getSimpleName() + "." + name, e);
        }
    }

    private static Object read(Field field, Object owner) {
        try {
            field.setAccessible(true);
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object call(Method method, Object... owner) {
        try {
            method.setAccessible(true);
            return method.invoke(owner.length == 0 ? null : owner[0]);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
