package dev.understudy.gateway.reliability;

import static dev.understudy.gateway.reliability.CommonFaults.backed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.ScriptedReply;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.stream.Stream;

/** Faults that an upstream tells with a status: keys, models, limits, overload, proxies in between. */
final class RefusalFaults {

    private static final String PAGE =
            "<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>";
    private static final String SECOND = "the answer of the second provider";

    private RefusalFaults() {}

    static Stream<Fault> all() {
        return Stream.of(limits(), keys(), overload(), windows(), pages()).flatMap(faults -> faults);
    }

    private static ScriptedReply html(int status, String title) {
        return ScriptedReply.raw(status, "text/html; charset=utf-8", PAGE.formatted(title, title));
    }

    private static String date(ZonedDateTime time) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(time);
    }

    private static Stream<Fault> limits() {
        return Stream.of(
                backed(
                        "429 with a date as Retry-After",
                        "429 with `Retry-After` as a date 2 s ahead, then answers",
                        "the answer",
                        server -> server.rule(request -> request.number() > 1
                                        ? null
                                        : ScriptedReply.status(429)
                                                .withHeader(
                                                        "retry-after",
                                                        date(ZonedDateTime.now(ZoneOffset.UTC)
                                                                .plusSeconds(2))))
                                .always(Answers.answer())),
                backed(
                                "clock of the upstream is behind",
                                "429 with `Date` and `Retry-After` of a clock that is a year behind, then answers",
                                "the answer within seconds",
                                server -> server.rule(request -> {
                                            ZonedDateTime past = ZonedDateTime.now(ZoneOffset.UTC)
                                                    .minusYears(1);
                                            return request.number() > 1
                                                    ? null
                                                    : ScriptedReply.status(429)
                                                            .withHeader("date", date(past))
                                                            .withHeader("retry-after", date(past.plusSeconds(2)));
                                        })
                                        .always(Answers.answer()))
                        .ending(run -> run.whole().within(Duration.ofSeconds(60))),
                backed(
                                "clock of the upstream is ahead",
                                "429 with `Date` and `Retry-After` of a clock that is a year ahead",
                                "the answer within seconds",
                                server -> server.rule(request -> {
                                            ZonedDateTime future = ZonedDateTime.now(ZoneOffset.UTC)
                                                    .plusYears(1);
                                            return request.number() > 1
                                                    ? null
                                                    : ScriptedReply.status(429)
                                                            .withHeader("date", date(future))
                                                            .withHeader("retry-after", date(future.plusSeconds(2)));
                                        })
                                        .always(Answers.answer()))
                        .ending(run -> run.whole().within(Duration.ofSeconds(60))),
                backed(
                                "Retry-After in milliseconds",
                                "429 with `retry-after-ms: 300`, then answers",
                                "the answer; the provider is not asked again before 300 ms",
                                server -> server.then(ScriptedReply.rateLimited(Duration.ofMillis(300)))
                                        .always(Answers.answer()))
                        .ending(run -> run.whole().notSoonerThan(Duration.ofMillis(300))),
                backed(
                        "long Retry-After",
                        "429 with `Retry-After: 3600`",
                        SECOND,
                        server -> server.always(ScriptedReply.rateLimited(Duration.ofHours(1)))),
                Fault.of(
                                "every provider rate limited",
                                "429 with `Retry-After: 3600` from both providers",
                                "one error `rate_limit_exceeded` with the time, without waiting",
                                Slot.openAi(mode -> Upstream.scripted(
                                        server -> server.always(ScriptedReply.rateLimited(Duration.ofHours(1))))),
                                Slot.anthropic(mode -> Upstream.scripted(
                                        server -> server.always(ScriptedReply.rateLimited(Duration.ofHours(1))))))
                        .ending(run -> {
                            run.error("rate_limit_exceeded").within(Duration.ofSeconds(60));
                            assertThat(run.outcome().retryAfter())
                                    .as(run.outcome().toString())
                                    .isBetween(Duration.ofMinutes(58), Duration.ofMinutes(61));
                        }),
                backed(
                        "quota used up",
                        "429 `insufficient_quota`",
                        SECOND,
                        server -> server.always(ScriptedReply.error(
                                429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota."))),
                backed(
                        "payment overdue",
                        "402",
                        SECOND,
                        server -> server.always(
                                ScriptedReply.error(402, "billing_error", "Your account has an overdue invoice."))));
    }

    private static Stream<Fault> keys() {
        ScriptedReply wrong = ScriptedReply.error(
                401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: key-canary-1");
        return Stream.of(
                backed("invalid key", "401", SECOND, server -> server.always(wrong))
                        .ending(run -> run.whole().asked(0, 1)),
                Fault.of(
                                "one of two keys revoked",
                                "401 for the first key, answers for the second",
                                "the answer of the first provider",
                                Slot.openAi(mode -> Upstream.scripted(server -> server.when(
                                                        request -> request.key().equals("key-canary-1"), wrong)
                                                .always(Answers.answer())))
                                        .withKeys("key-canary-1", "key-canary-3"),
                                Slot.anthropic(mode -> Upstream.scripted(Answers.sound())))
                        .ending(run -> run.whole().asked(1, 0)),
                Fault.of(
                                "every key invalid",
                                "401 from both providers, with the key in the message",
                                "one error, without any key in it",
                                Slot.openAi(mode -> Upstream.scripted(server -> server.always(wrong))),
                                Slot.anthropic(mode -> Upstream.scripted(server -> server.always(ScriptedReply.error(
                                        401, "authentication_error", "key key-canary-2 is wrong")))))
                        .ending(run -> {
                            run.error("upstream_auth");
                            assertThat(run.outcome().all()).doesNotContain("canary");
                        }),
                backed("key without permission", "403", SECOND, server -> server.always(ScriptedReply.status(403))),
                backed(
                                "model not found",
                                "404 `model_not_found`",
                                SECOND,
                                server -> server.always(ScriptedReply.status(404)))
                        .ending(run -> run.whole().asked(0, 1)));
    }

    private static Stream<Fault> overload() {
        return Stream.of(
                Fault.of(
                        "529",
                        "529 `overloaded_error` from a first provider of Anthropic's API",
                        SECOND,
                        Slot.anthropic(mode -> Upstream.scripted(
                                server -> server.always(ScriptedReply.error(529, "overloaded_error", "Overloaded")))),
                        Slot.openAi(mode -> Upstream.scripted(Answers.sound()))),
                transientStatus(408),
                transientStatus(409),
                transientStatus(425),
                transientStatus(502),
                transientStatus(504),
                backed(
                        "overload said with 400",
                        "400 \"The model is currently overloaded\"",
                        SECOND,
                        server -> server.always(ScriptedReply.error(
                                400, "server_error", "overloaded", "The model is currently overloaded"))),
                Fault.of(
                                "every provider down",
                                "503 from both providers",
                                "one error `overloaded`",
                                Slot.openAi(
                                        mode -> Upstream.scripted(server -> server.always(ScriptedReply.status(503)))),
                                Slot.anthropic(
                                        mode -> Upstream.scripted(server -> server.always(ScriptedReply.status(503)))))
                        .ending(run -> run.error("overloaded").within(Duration.ofSeconds(60))));
    }

    private static Fault transientStatus(int status) {
        return backed(status + " once", status + ", then answers", "the answer", server -> server.then(
                        ScriptedReply.status(status))
                .always(Answers.answer()));
    }

    private static Stream<Fault> windows() {
        ScriptedReply full =
                ScriptedReply.error(500, "server_error", "Context size has been exceeded: context length 4096.");
        return Stream.of(
                backed(
                        "500 that speaks of the context length",
                        "500 \"Context size has been exceeded\"",
                        SECOND,
                        server -> server.always(full)),
                Fault.of(
                                "context overflow everywhere",
                                "400 `context_length_exceeded` from both providers",
                                "one error `context_length_exceeded`",
                                Slot.openAi(
                                        mode -> Upstream.scripted(server -> server.always(CommonFaults.overflow()))),
                                Slot.anthropic(mode -> Upstream.scripted(server -> server.always(ScriptedReply.error(
                                        400,
                                        "invalid_request_error",
                                        "prompt is too long: 210000 tokens > 200000 maximum")))))
                        .ending(run -> run.error("context_length_exceeded")
                                .askedAtMost(0, 2)
                                .askedAtMost(1, 2)),
                backed(
                        "request too large for a proxy",
                        "413 with an HTML page",
                        SECOND,
                        server -> server.always(html(413, "413 Request Entity Too Large"))),
                backed(
                        "request larger than the tokens per minute",
                        "413 `rate_limit_exceeded`: the request is larger than the limit of tokens per minute",
                        SECOND,
                        server -> server.always(ScriptedReply.error(
                                413,
                                "tokens",
                                "rate_limit_exceeded",
                                "Request too large for model on tokens per minute (TPM): Limit 6000, Requested 9000"))),
                backed(
                        "request called invalid",
                        "400 without a code",
                        SECOND,
                        server -> server.always(ScriptedReply.status(400))));
    }

    private static Stream<Fault> pages() {
        return Stream.of(
                backed(
                        "HTML page with 200",
                        "200 with a login page",
                        SECOND,
                        server -> server.always(html(200, "Sign in to the network"))),
                backed("HTML page with 503", "503 with a page", SECOND, server -> server.always(html(503, "Busy"))),
                backed(
                        "HTML page with 502",
                        "502 with a page",
                        SECOND,
                        server -> server.always(html(502, "Bad Gateway"))),
                backed(
                        "HTML page with 403",
                        "403 with the page of a firewall",
                        SECOND,
                        server -> server.always(html(403, "Access denied"))),
                backed(
                        "HTML page with 404",
                        "404 with the page of a web server",
                        SECOND,
                        server -> server.always(html(404, "Not Found"))));
    }
}
