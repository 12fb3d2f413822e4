package dev.understudy.gateway.protocol;

import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * Id, time and model of an answer.
 *
 * @param id id without the prefix of a protocol
 * @param created time of the answer
 * @param model returns the model that produces the answer now, which changes with a takeover
 */
public record AnswerHead(String id, Instant created, Supplier<String> model) {

    /** Returns a head with a random id. */
    public static AnswerHead of(Supplier<String> model) {
        return new AnswerHead(randomId(), Instant.now(), model);
    }

    /** Returns 32 random digits. UUID.randomUUID reads the system's entropy device, which blocks an event loop. */
    public static String randomId() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return HexFormat.of().toHexDigits(random.nextLong()) + HexFormat.of().toHexDigits(random.nextLong());
    }
}
