package dev.understudy.ops.metrics;

import io.micrometer.common.docs.KeyName;
import java.util.Arrays;

/**
 * All keys of observations. Keys of low cardinality are set from the start and become tags when observations are
 * counted as metrics; the others appear in spans only. docs/operate.md shows this table, and a test compares. Names
 * that begin with {@code gen_ai} follow OpenTelemetry's semantic conventions for generative AI.
 */
enum ObservationKeys implements KeyName {
    OPERATION(true, "gen_ai.operation.name"),
    VENDOR(true, "gen_ai.provider.name"),
    PROVIDER(true, "understudy.provider"),
    STREAM(true, "gen_ai.request.stream"),
    UNDERSTUDY(true, "understudy.name"),
    OUTCOME(true, "understudy.outcome"),
    FALLBACK(true, "understudy.fallback"),
    TRIGGER(true, "understudy.trigger"),
    REQUEST_MODEL(false, "gen_ai.request.model"),
    MAX_TOKENS(false, "gen_ai.request.max_tokens"),
    TEMPERATURE(false, "gen_ai.request.temperature"),
    TOP_P(false, "gen_ai.request.top_p"),
    RESPONSE_ID(false, "gen_ai.response.id"),
    RESPONSE_MODEL(false, "gen_ai.response.model"),
    FINISH_REASONS(false, "gen_ai.response.finish_reasons"),
    FIRST_CHUNK(false, "gen_ai.response.time_to_first_chunk"),
    INPUT_TOKENS(false, "gen_ai.usage.input_tokens"),
    CACHED_TOKENS(false, "gen_ai.usage.cache_read.input_tokens"),
    OUTPUT_TOKENS(false, "gen_ai.usage.output_tokens"),
    REASONING_TOKENS(false, "gen_ai.usage.reasoning.output_tokens"),
    ESTIMATED(false, "understudy.usage.estimated"),
    ATTEMPT(false, "understudy.attempt"),
    ATTEMPTS(false, "understudy.attempts"),
    STATUS(false, "http.response.status_code"),
    ERROR_TYPE(false, "error.type");

    static final String NONE = "none";

    private final boolean low;
    private final String title;

    ObservationKeys(boolean low, String title) {
        this.low = low;
        this.title = title;
    }

    String title() {
        return title;
    }

    boolean isLow() {
        return low;
    }

    @Override
    public String asString() {
        return title;
    }

    static KeyName[] named(boolean low) {
        return Arrays.stream(values()).filter(key -> key.low == low).toArray(KeyName[]::new);
    }
}
