package dev.understudy.streaming.kept;

import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.Usage;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Converts the records of {@code dev.understudy.chat} to maps that JSON can hold, and back. Only types that a component
 * declares are created, so that a manipulated entry creates nothing else. A component that is missing is {@code null}, zero
 * or empty.
 */
final class RecordFormat {

    private static final String TYPE = "@";

    /** Components and constructor of a record, which the JVM looks up and copies at each call. */
    private record Shape(List<RecordComponent> components, Constructor<?> constructor) {}

    private static final ClassValue<Shape> SHAPES = new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
            List<RecordComponent> components = List.of(type.getRecordComponents());
            Class<?>[] types = components.stream().map(RecordComponent::getType).toArray(Class<?>[]::new);
            try {
                return new Shape(components, type.getDeclaredConstructor(types));
            } catch (NoSuchMethodException impossible) {
                throw new IllegalStateException(type + " has no canonical constructor", impossible);
            }
        }
    };

    private RecordFormat() {}

    /** Returns maps, lists, strings, numbers and booleans. */
    static @Nullable Object write(@Nullable Object value) {
        if (value == null || value instanceof Number || value instanceof Boolean) {
            return value;
        }
        if (value instanceof String text) {
            return Escapes.write(text);
        }
        if (value instanceof Enum<?> constant) {
            return constant.name();
        }
        if (value instanceof Duration duration) {
            return duration.toString();
        }
        if (value instanceof Collection<?> list) {
            return list.stream().map(RecordFormat::write).collect(ArrayList::new, ArrayList::add, ArrayList::addAll);
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> written = new LinkedHashMap<>();
            map.forEach((name, each) -> written.put(Escapes.write(String.valueOf(name)), write(each)));
            return written;
        }
        Map<String, @Nullable Object> fields = value instanceof Record all ? components(all) : properties(value);
        fields.values().removeIf(field -> field == null || field.equals(Map.of()) || field.equals(List.of()));
        return fields;
    }

    private static Map<String, @Nullable Object> components(Record value) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put(TYPE, value.getClass().getSimpleName());
        for (RecordComponent component : SHAPES.get(value.getClass()).components) {
            fields.put(component.getName(), write(get(component, value)));
        }
        return fields;
    }

    private static @Nullable Object get(RecordComponent component, Record value) {
        try {
            return component.getAccessor().invoke(value);
        } catch (IllegalAccessException | InvocationTargetException impossible) {
            throw new IllegalStateException(component + " cannot be read", impossible);
        }
    }

    /** Fields of the types that are no records. */
    private static Map<String, @Nullable Object> properties(Object value) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        if (value instanceof SamplingParameters sampling) {
            fields.put("temperature", sampling.temperature());
            fields.put("topP", sampling.topP());
            fields.put("maxTokens", sampling.maxTokens());
            fields.put("stop", write(sampling.stop()));
            fields.put("seed", sampling.seed());
            fields.put("topK", sampling.topK());
            fields.put("frequencyPenalty", sampling.frequencyPenalty());
            fields.put("presencePenalty", sampling.presencePenalty());
        } else if (value instanceof ChatRequest.Options options) {
            fields.put("reasoning", write(options.reasoning()));
            fields.put("parallelToolCalls", options.parallelToolCalls());
            fields.put("serviceTier", write(options.serviceTier()));
            fields.put("user", write(options.user()));
            fields.put("metadata", write(options.metadata()));
            fields.put("topLogprobs", options.topLogprobs());
            fields.put("idempotencyKey", write(options.idempotencyKey()));
            fields.put("headers", write(options.headers()));
        } else if (value instanceof Usage usage) {
            fields.put("input", usage.input());
            fields.put("output", usage.output());
            fields.put("cachedInput", usage.cachedInput());
            fields.put("cacheWrite", usage.cacheWrite());
            fields.put("reasoning", usage.reasoning());
            fields.put("estimated", usage.estimated());
        } else if (value instanceof AttemptLog.Attempt attempt) {
            fields.put("provider", write(attempt.provider()));
            fields.put("model", write(attempt.model()));
            fields.put("attempt", attempt.attempt());
            fields.put("maxAttempts", attempt.maxAttempts());
            fields.put("outcome", write(attempt.outcome()));
            fields.put("failure", write(attempt.failure()));
            fields.put("timing", write(attempt.timing()));
            fields.put("usage", write(attempt.usage()));
            fields.put("keyFingerprint", write(attempt.keyFingerprint()));
            fields.put("dropped", attempt.dropped());
        } else {
            throw new IllegalArgumentException(
                    "Cannot be kept: " + value.getClass().getName());
        }
        return fields;
    }

    /** Returns the value of a declared type. */
    static <T> T read(@Nullable Object json, Class<T> type) {
        Object value = read(json, (Type) type);
        if (value == null) {
            throw new IllegalArgumentException("Not an object: " + type.getSimpleName());
        }
        return type.cast(value);
    }

    private static @Nullable Object read(@Nullable Object json, Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            return generic.getRawType() == Map.class ? map(json, arguments[1]) : list(json, arguments[0]);
        }
        if (!(type instanceof Class<?> raw)) {
            return json;
        }
        if (raw == Object.class) {
            return any(json);
        }
        if (raw.isPrimitive()) {
            return primitive(json, raw);
        }
        return json == null ? defaults(raw) : of(json, raw);
    }

    private static @Nullable Object any(@Nullable Object json) {
        if (json instanceof Map<?, ?>) {
            return map(json, Object.class);
        }
        if (json instanceof List<?>) {
            return list(json, Object.class);
        }
        return json instanceof String text ? Escapes.read(text) : json;
    }

    private static @Nullable Object defaults(Class<?> type) {
        if (type == SamplingParameters.class || type == ChatRequest.Options.class || type == Usage.class) {
            return of(Map.of(), type);
        }
        return null;
    }

    private static Object of(Object json, Class<?> type) {
        if (type == String.class) {
            return Escapes.read((String) json);
        }
        if (type == Boolean.class) {
            return type.cast(json);
        }
        if (type == Integer.class || type == Long.class || type == Double.class) {
            Number number = (Number) json;
            return type == Integer.class
                    ? (Object) number.intValue()
                    : type == Long.class ? (Object) number.longValue() : (Object) number.doubleValue();
        }
        if (type == Duration.class) {
            return Duration.parse((String) json);
        }
        if (type.isEnum()) {
            return constant((String) json, type);
        }
        Fields fields = new Fields((Map<?, ?>) json);
        if (type.isInterface()) {
            return of(json, permitted(type, fields.text(TYPE)));
        }
        return type.isRecord() ? record(fields, type) : object(fields, type);
    }

    private static Object constant(String name, Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> ((Enum<?>) constant).name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No " + type.getSimpleName() + " of this name"));
    }

    private static Class<?> permitted(Class<?> type, @Nullable String name) {
        if (type.isSealed()) {
            for (Class<?> each : type.getPermittedSubclasses()) {
                if (each.isRecord() && each.getSimpleName().equals(name)) {
                    return each;
                }
            }
        }
        throw new IllegalArgumentException("No " + type.getSimpleName() + " of this name");
    }

    private static Object record(Fields fields, Class<?> type) {
        Shape shape = SHAPES.get(type);
        @Nullable Object[] values = new Object[shape.components.size()];
        for (int i = 0; i < values.length; i++) {
            RecordComponent component = shape.components.get(i);
            values[i] = read(fields.get(component.getName()), component.getGenericType());
        }
        try {
            return shape.constructor.newInstance(values);
        } catch (InvocationTargetException invalid) {
            throw new IllegalArgumentException("Not a valid " + type.getSimpleName(), invalid.getCause());
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(type + " cannot be created", impossible);
        }
    }

    private static Object object(Fields fields, Class<?> type) {
        if (type == SamplingParameters.class) {
            return sampling(fields);
        }
        if (type == ChatRequest.Options.class) {
            return options(fields);
        }
        if (type == Usage.class) {
            return Usage.of(fields.number("input"), fields.number("output"))
                    .withCachedInput(fields.number("cachedInput"))
                    .withCacheWrite(fields.number("cacheWrite"))
                    .withReasoning(fields.number("reasoning"))
                    .withEstimated(fields.is("estimated"));
        }
        if (type == AttemptLog.Attempt.class) {
            return attempt(fields);
        }
        throw new IllegalArgumentException("Cannot be kept: " + type.getName());
    }

    private static SamplingParameters sampling(Fields fields) {
        SamplingParameters sampling = SamplingParameters.defaults()
                .withTemperature(fields.as("temperature", Double.class))
                .withTopP(fields.as("topP", Double.class))
                .withMaxTokens(fields.as("maxTokens", Integer.class))
                .withSeed(fields.as("seed", Long.class))
                .withTopK(fields.as("topK", Integer.class))
                .withFrequencyPenalty(fields.as("frequencyPenalty", Double.class))
                .withPresencePenalty(fields.as("presencePenalty", Double.class));
        return sampling.withStop(list(fields.get("stop"), String.class).stream()
                .map(String.class::cast)
                .toList());
    }

    private static ChatRequest.Options options(Fields fields) {
        ChatRequest.Options options = ChatRequest.Options.defaults()
                .withReasoning(fields.as("reasoning", ChatRequest.Reasoning.class))
                .withParallelToolCalls(fields.as("parallelToolCalls", Boolean.class))
                .withServiceTier(fields.as("serviceTier", ChatRequest.ServiceTier.class))
                .withUser(fields.text("user"))
                .withTopLogprobs(fields.as("topLogprobs", Integer.class))
                .withIdempotencyKey(fields.text("idempotencyKey"));
        for (Map.Entry<String, @Nullable Object> each :
                map(fields.get("metadata"), String.class).entrySet()) {
            options = options.withMetadata(each.getKey(), String.valueOf(each.getValue()));
        }
        for (Map.Entry<String, @Nullable Object> each :
                map(fields.get("headers"), String.class).entrySet()) {
            options = options.withHeader(each.getKey(), String.valueOf(each.getValue()));
        }
        return options;
    }

    private static AttemptLog.Attempt attempt(Fields fields) {
        return AttemptLog.Attempt.of(
                        String.valueOf(fields.text("provider")),
                        String.valueOf(fields.text("model")),
                        read(fields.get("outcome"), AttemptLog.Outcome.class))
                .withNumber(fields.number("attempt"), fields.number("maxAttempts"))
                .withFailure(fields.as("failure", dev.understudy.chat.Failure.class))
                .withTiming(read(fields.get("timing"), AttemptLog.Timing.class))
                .withUsage(read(fields.get("usage"), Usage.class))
                .withKeyFingerprint(fields.text("keyFingerprint"))
                .withDropped(fields.number("dropped"));
    }

    private static List<@Nullable Object> list(@Nullable Object json, Type element) {
        List<@Nullable Object> list = new ArrayList<>();
        if (json instanceof List<?> elements) {
            elements.forEach(each -> list.add(read(each, element)));
        }
        return list;
    }

    private static Map<String, @Nullable Object> map(@Nullable Object json, Type value) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        if (json instanceof Map<?, ?> fields) {
            fields.forEach((name, each) -> map.put(Escapes.read((String) name), read(each, value)));
        }
        return map;
    }

    private static Object primitive(@Nullable Object json, Class<?> type) {
        if (type == boolean.class) {
            return Boolean.TRUE.equals(json);
        }
        Number number = json instanceof Number given ? given : 0;
        if (type == double.class) {
            return number.doubleValue();
        }
        return type == long.class ? (Object) number.longValue() : (Object) number.intValue();
    }

    /** Fields of a JSON object. */
    private record Fields(Map<?, ?> map) {

        @Nullable
        Object get(String name) {
            return map.get(name);
        }

        <T> @Nullable T as(String name, Class<T> type) {
            return map.get(name) == null ? null : read(map.get(name), type);
        }

        @Nullable
        String text(String name) {
            return as(name, String.class);
        }

        int number(String name) {
            return map.get(name) instanceof Number number ? number.intValue() : 0;
        }

        boolean is(String name) {
            return Boolean.TRUE.equals(map.get(name));
        }
    }
}
