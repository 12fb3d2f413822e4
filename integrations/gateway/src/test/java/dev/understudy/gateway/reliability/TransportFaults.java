package dev.understudy.gateway.reliability;

import static dev.understudy.testing.ScriptedReply.FaultPoint.headers;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** Faults of connections, of HTTP and of TLS. */
final class TransportFaults {

    private static final String SECOND = "the answer of the second provider";
    private static final Duration RESTART = Duration.ofMillis(1_500);

    private TransportFaults() {}

    static Stream<Fault> all() {
        return Stream.of(connections(), heads(), bodies()).flatMap(faults -> faults);
    }

    private static Slot second() {
        return Slot.anthropic(mode -> Upstream.scripted(Answers.sound()));
    }

    private static Fault raw(String name, String upstream, String caller, RawUpstream.Script script) {
        return Fault.of(name, upstream, caller, Slot.openAi(mode -> RawUpstream.of(script)), second());
    }

    private static Stream<Fault> connections() {
        return Stream.of(
                Fault.of(
                        "connection refused",
                        "no listener on the port",
                        SECOND,
                        Slot.openAi(mode -> Upstream.refusing()),
                        second()),
                Fault.of(
                        "name not found",
                        "a host name that does not exist",
                        SECOND,
                        Slot.openAi(mode -> Upstream.at("https://upstream.invalid/v1")),
                        second()),
                Fault.of(
                        "TLS handshake fails",
                        "plain HTTP on the port of an https address",
                        SECOND,
                        Slot.openAi(mode -> new PlainBehindTls(RawUpstream.of(RawUpstream.Exchange::answer))),
                        second()),
                Fault.of(
                                "every provider restarts",
                                "both providers refuse connections; the first one answers after 1.5 s",
                                "the answer",
                                Slot.openAi(mode -> RestartingUpstream.restarting(RESTART)),
                                Slot.anthropic(mode -> Upstream.refusing()))
                        .ending(run -> run.whole().within(Duration.ofSeconds(60))),
                raw("closed without a response", "FIN instead of a response", SECOND, exchange -> {}),
                Fault.of(
                        "reset after the headers",
                        "headers, then RST",
                        SECOND,
                        Slot.openAi(mode -> Upstream.scripted(
                                server -> server.always(Answers.answer().reset(headers())))),
                        second()),
                raw(
                        "half-closed connection",
                        "headers, then FIN in one direction while the other stays open",
                        SECOND,
                        exchange -> exchange.ok().halfClose().await()),
                raw(
                                "every pooled connection dead",
                                "answers, then resets the connection that it kept open when it is used again",
                                "the second answer too, without the second provider",
                                exchange -> {
                                    if (exchange.isReused()) {
                                        exchange.reset();
                                    } else {
                                        exchange.answer();
                                    }
                                })
                        .playing(fixture -> {
                            fixture.call().whole();
                            fixture.call().whole().asked(1, 0);
                        }),
                Fault.of(
                                "client leaves",
                                "answers with 100 ms between tokens, a call that is not streamed after two minutes",
                                "nothing; the request to the provider ends too",
                                Slot.openAi(mode -> Upstream.scripted(server -> server.always(Answers.answer()
                                        .beforeFirst(mode == Mode.CHAT ? Duration.ofMinutes(2) : Duration.ofMillis(200))
                                        .between(Duration.ofMillis(100))))),
                                second())
                        .playing(fixture -> {
                            fixture.callAndLeave();
                            Await.until(() -> fixture.upstream(0).cancelled() == 1);
                            assertThat(fixture.upstream(0).cancelled()).isEqualTo(1);
                            assertThat(fixture.upstream(1).calls()).isEmpty();
                        }));
    }

    private static Stream<Fault> heads() {
        return Stream.of(
                raw("header of 200 KiB", "one header field of 200 KiB", SECOND, exchange -> exchange.ok(
                                "x-large: " + "x".repeat(200 << 10))
                        .send(exchange.body())),
                raw("headers byte by byte", "one byte of the headers each 500 ms", SECOND, exchange -> {
                            for (byte one : ("HTTP/1.1 200 OK\r\nx-slow: " + "x".repeat(400))
                                    .getBytes(StandardCharsets.US_ASCII)) {
                                exchange.send(new byte[] {one}).rest(Duration.ofMillis(500));
                            }
                        })
                        .ending(run -> run.whole().within(Duration.ofSeconds(150)))
                        .withFirstModel("gpt-4.1")
                        .waiting(),
                raw("no HTTP", "an SSH banner", SECOND, exchange -> exchange.send("SSH-2.0-OpenSSH_9.7\r\n")),
                raw("redirect", "307 to another path of the server", SECOND, exchange -> {
                    if (exchange.sends("/elsewhere")) {
                        exchange.answer();
                    } else {
                        exchange.head("307 Temporary Redirect", "location: /elsewhere", "content-length: 0");
                    }
                }),
                raw(
                                "interim responses",
                                "102 and 103 before the response",
                                "the answer of the first provider",
                                exchange -> exchange.head("102 Processing")
                                        .head("103 Early Hints", "link: </x>")
                                        .answer())
                        .ending(run -> run.whole().asked(1, 0)),
                raw("204", "204 without a body", SECOND, exchange -> exchange.head("204 No Content")),
                raw(
                        "empty body",
                        "200 with `Content-Length: 0`",
                        SECOND,
                        exchange -> exchange.ok("content-length: 0")));
    }

    private static Stream<Fault> bodies() {
        return Stream.of(
                raw("gzip that was not requested", "200 with a body in gzip", "the answer", exchange -> exchange.ok(
                                "content-encoding: gzip")
                        .send(gzip(exchange.body()))),
                raw("gzip that is damaged", "200 with a body that is said to be gzip", SECOND, exchange -> exchange.ok(
                                "content-encoding: gzip")
                        .send("this is not compressed")),
                raw(
                        "length longer than the body",
                        "`Content-Length` 100 bytes too long, then FIN",
                        "the answer",
                        exchange -> {
                            byte[] body = exchange.body().getBytes(StandardCharsets.UTF_8);
                            exchange.ok("content-length: " + (body.length + 100))
                                    .send(body);
                        }),
                raw(
                        "length shorter than the body",
                        "`Content-Length` that ends in the middle of the answer",
                        "the answer",
                        exchange -> {
                            byte[] body = exchange.body().getBytes(StandardCharsets.UTF_8);
                            exchange.ok("content-length: " + body.length / 2).send(body);
                        }),
                raw(
                        "chunk of an invalid size",
                        "a chunked body whose second chunk has no valid size",
                        "the answer",
                        exchange -> {
                            byte[] body = exchange.body().getBytes(StandardCharsets.UTF_8);
                            byte[] half = Arrays.copyOf(body, body.length / 2);
                            exchange.ok("transfer-encoding: chunked")
                                    .send(Integer.toHexString(half.length) + "\r\n")
                                    .send(half)
                                    .send("\r\nmuch\r\n");
                        }),
                raw("no last chunk", "the whole body, without the chunk of size 0", "the answer", exchange -> {
                    byte[] body = exchange.body().getBytes(StandardCharsets.UTF_8);
                    exchange.ok("transfer-encoding: chunked")
                            .send(Integer.toHexString(body.length) + "\r\n")
                            .send(body)
                            .send("\r\n");
                }),
                raw(
                                "one byte in each packet",
                                "the answer in packets of one byte",
                                "the answer of the first provider",
                                exchange -> {
                                    exchange.ok();
                                    for (byte one : exchange.body().getBytes(StandardCharsets.UTF_8)) {
                                        exchange.send(new byte[] {one});
                                    }
                                })
                        .ending(run -> run.whole().asked(0, 1).asked(1, 0)),
                raw(
                                "connection stays open after `[DONE]`",
                                "the whole answer, and no end of the body",
                                "the answer within seconds",
                                exchange -> exchange.ok().send(exchange.body()).await())
                        .only(Mode.STREAM)
                        .ending(run -> run.whole().within(Duration.ofSeconds(60))),
                raw(
                                "connection stays open after an error",
                                "503 with an error, and no end of the body",
                                SECOND,
                                exchange -> exchange.head("503 Busy", "content-type: application/json")
                                        .send("{\"error\":{\"message\":\"busy\"}}")
                                        .await())
                        .ending(run -> run.whole().within(Duration.ofSeconds(60))));
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
