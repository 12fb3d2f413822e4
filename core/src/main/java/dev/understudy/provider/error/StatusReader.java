package dev.understudy.provider.error;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the HTTP response that an exception of another library carries, by the accessors that vendors' SDKs and HTTP clients
 * have in common. Accessors that are missing, not accessible, or throw are ignored.
 */
final class StatusReader {

    private static final List<String> STATUS =
            List.of("statusCode", "getStatusCode", "getRawStatusCode", "httpStatus", "status", "code", "getCode");
    private static final List<String> RESPONSE = List.of("getResponse", "response", "awsErrorDetails", "getStatus");
    private static final List<String> HEADERS =
            List.of("headers", "getHeaders", "getResponseHeaders", "responseHeaders", "sdkHttpResponse");
    private static final List<String> HEADER =
            List.of("getFirst", "firstValue", "values", "getValue", "firstMatchingHeader", "get");
    private static final List<String> BODY =
            List.of("getResponseBodyAsString", "responseBody", "body", "contentUTF8", "getResponseBody", "rawResponse");
    private static final List<String> CODE = List.of("errorCode", "getErrorCode", "code", "type");

    /**
     * Response that an exception carries.
     *
     * @param status the status, from 400 to 599
     * @param headers value of a header field by its lower-case name
     * @param body the body, or the message of the exception
     */
    record Response(int status, Function<String, @Nullable String> headers, String body) {}

    private StatusReader() {}

    /** Returns the response; {@code null} if the exception carries none with a status from 400 to 599. */
    static @Nullable Response read(Throwable error) {
        if (error.getClass().getName().startsWith("java.")) {
            return null;
        }
        Object response = first(error, RESPONSE);
        int status = status(error);
        status = status == 0 && response != null ? status(response) : status;
        if (status == 0 && error.getClass().getName().startsWith("io.grpc.")) {
            status = GrpcStatus.http(String.valueOf(response));
        }
        return status == 0 ? null : new Response(status, name -> header(error, response, name), body(error, response));
    }

    private static int status(Object source) {
        for (String accessor : STATUS) {
            Object value = call(source, accessor);
            Object number = value instanceof Optional<?> optional ? optional.orElse(null) : value;
            number = number == null || number instanceof Number ? number : call(number, "value");
            if (number instanceof Number found && found.intValue() >= 400 && found.intValue() < 600) {
                return found.intValue();
            }
        }
        return 0;
    }

    private static String body(Throwable error, @Nullable Object response) {
        Object body = first(error, BODY);
        Object content = body instanceof Optional<?> optional ? optional.orElse(null) : body;
        String text = content == null ? "" : content.toString();
        boolean none = text.isBlank();
        String words = none || !text.contains("{") ? (none ? "" : text + "\n") + error.getMessage() : text;
        String code = text(first(error, CODE));
        code = code == null && response != null ? text(first(response, CODE)) : code;
        return code != null && !words.startsWith("{\"")
                ? "{\"code\":\"" + code.replaceAll("[^\\w.#-]", "") + "\",\"message\":" + quoted(words) + "}"
                : words;
    }

    private static String quoted(String text) {
        return '"' + text.replaceAll("[\"\\\\\\p{Cntrl}]", " ") + '"';
    }

    private static @Nullable String header(Throwable error, @Nullable Object response, String name) {
        String value = header(first(error, HEADERS), name);
        return value == null && response != null ? header(first(response, HEADERS), name) : value;
    }

    private static @Nullable String header(@Nullable Object headers, String name) {
        if (headers instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> field : map.entrySet()) {
                if (name.equalsIgnoreCase(String.valueOf(field.getKey()))) {
                    return text(field.getValue());
                }
            }
            return null;
        }
        if (headers == null) {
            return null;
        }
        for (String accessor : HEADER) {
            String value = text(call(headers, accessor, name));
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    private static @Nullable String text(@Nullable Object value) {
        if (value instanceof Optional<?> optional) {
            return text(optional.orElse(null));
        }
        if (value instanceof List<?> list) {
            return list.isEmpty() ? null : text(list.get(0));
        }
        return value instanceof String string ? string : null;
    }

    private static @Nullable Object first(Object source, List<String> accessors) {
        for (String accessor : accessors) {
            Object value = call(source, accessor);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    private static @Nullable Object call(Object source, String accessor, String... arguments) {
        Class<?>[] types = arguments.length == 0 ? new Class<?>[0] : new Class<?>[] {String.class};
        try {
            Method method = accessible(source.getClass(), accessor, types);
            return method == null ? null : method.invoke(source, (Object[]) arguments);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError unusable) {
            return null;
        }
    }

    /** Returns a public method of a public class or interface; the class itself may be hidden. */
    private static @Nullable Method accessible(@Nullable Class<?> type, String name, Class<?>[] types) {
        if (type == null) {
            return null;
        }
        if (Modifier.isPublic(type.getModifiers())) {
            try {
                Method method = type.getMethod(name, types);
                if (Modifier.isPublic(method.getDeclaringClass().getModifiers())
                        && !Modifier.isStatic(method.getModifiers())) {
                    return method;
                }
            } catch (NoSuchMethodException none) {
                return null;
            }
        }
        for (Class<?> each : type.getInterfaces()) {
            Method method = accessible(each, name, types);
            if (method != null) {
                return method;
            }
        }
        return accessible(type.getSuperclass(), name, types);
    }
}
