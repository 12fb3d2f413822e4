package dev.understudy.fault;

import static dev.understudy.chat.FailureKind.CONNECT;
import static dev.understudy.chat.FailureKind.OVERLOADED;
import static dev.understudy.chat.FailureKind.PROTOCOL;
import static dev.understudy.chat.FailureKind.TIMEOUT;
import static dev.understudy.chat.FailureKind.TRUNCATED;
import static dev.understudy.fault.ServerFault.MIB;
import static dev.understudy.fault.ServerFault.afterRequest;
import static dev.understudy.fault.ServerFault.beforeRequest;
import static dev.understudy.fault.ServerFault.body;
import static dev.understudy.fault.WireSample.bytes;

import dev.understudy.chat.FailureKind;
import dev.understudy.fault.ServerFault.End;
import dev.understudy.fault.ServerFault.Script;
import dev.understudy.scenario.CallKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** Faults in HTTP itself, independent of the body. */
final class HttpFaults {

    private static final End TOO_LONG = End.fails(PROTOCOL, "16 KiB");
    private static final End NO_HTTP = End.fails(PROTOCOL, "not HTTP");
    private static final byte[] BOMB = bomb(10);
    private static final Duration SHORT = Duration.ofSeconds(1);

    private HttpFaults() {}

    static Stream<ServerFault> attacks() {
        return Stream.of(heads(), interim(), redirects(), lengths(), chunks(), encodings(), errors(), times())
                .flatMap(some -> some);
    }

    private static Stream<ServerFault> heads() {
        return Stream.of(
                afterRequest("a header field of 17 KiB", TOO_LONG, (sample, kind, caller) -> {
                    caller.head("200 OK", "x-long: " + "x".repeat(17 << 10));
                    caller.say(sample.answer(kind));
                }),
                afterRequest("endless header fields", TOO_LONG, (sample, kind, caller) -> {
                    caller.say("HTTP/1.1 200 OK\r\n");
                    caller.endlessly(bytes("x-more: " + "x".repeat(100) + "\r\n"), 32 * MIB);
                }),
                afterRequest("one endless header field", TOO_LONG, (sample, kind, caller) -> {
                    caller.say("HTTP/1.1 200 OK\r\nx-long: ");
                    caller.endlessly(bytes("x"), 32 * MIB);
                }),
                afterRequest("a header field that goes on for ever on new lines", TOO_LONG, (sample, kind, caller) -> {
                            caller.say("HTTP/1.1 200 OK\r\nx-long: a\r\n");
                            caller.endlessly(bytes(" more\r\n"), 32 * MIB);
                        })
                        .allocating(160 * MIB), // Netty joins the lines one at a time
                afterRequest("an endless first line", TOO_LONG, (sample, kind, caller) -> {
                    caller.say("HTTP/1.1 200 ");
                    caller.endlessly(bytes("O"), 32 * MIB);
                }),
                afterRequest(
                        "endless empty lines",
                        TOO_LONG,
                        (sample, kind, caller) -> caller.endlessly(bytes("\r\n"), 32 * MIB)),
                afterRequest(
                        "no HTTP at all",
                        End.fails(Set.of(PROTOCOL, CONNECT)),
                        (sample, kind, caller) -> caller.say("SSH-2.0-OpenSSH_9.7\r\n\r\n")),
                afterRequest("nothing", End.fails(Set.of(CONNECT)), (sample, kind, caller) -> {}),
                afterRequest("a reset", End.fails(Set.of(CONNECT)), (sample, kind, caller) -> caller.reset()),
                afterRequest("a status that is none", End.fails(Set.of(PROTOCOL, CONNECT)), (sample, kind, caller) -> {
                    caller.head("99999999999 OK", "content-length: 0");
                }),
                afterRequest(
                                "an answer without a status of success",
                                End.fails(PROTOCOL, ""),
                                (sample, kind, caller) -> {
                                    caller.head("999 What", "content-type: " + sample.type(kind));
                                    caller.say(sample.answer(kind));
                                })
                        .endsIn((sample, kind) -> End.fails(Set.of(PROTOCOL, FailureKind.SERVER))),
                beforeRequest("an answer to no request", End.SERVED, (sample, kind, caller) -> {
                    caller.head("200 OK", "content-type: " + sample.type(kind));
                    caller.say(sample.answer(kind));
                }),
                beforeRequest("an error before the request was heard", End.SERVED, (sample, kind, caller) -> {
                            caller.head("503 Busy", "content-length: 0");
                        })
                        .endsIn((sample, kind) -> End.fails(Set.of(OVERLOADED, CONNECT, PROTOCOL))));
    }

    private static Stream<ServerFault> interim() {
        String[] statuses = {"100 Continue", "102 Processing", "103 Early Hints"};
        Stream<ServerFault> storms = Stream.of(statuses)
                .map(status -> afterRequest(
                        "an endless storm of " + status,
                        End.fails(PROTOCOL, "interim"),
                        (sample, kind, caller) ->
                                caller.endlessly(bytes("HTTP/1.1 " + status + "\r\nlink: x\r\n\r\n"), 32 * MIB)));
        Stream<ServerFault> one = Stream.of(statuses)
                .map(status -> afterRequest("one " + status, End.SERVED, (sample, kind, caller) -> {
                    caller.head(status, "link: x");
                    caller.head("200 OK", "content-type: " + sample.type(kind));
                    caller.say(sample.answer(kind));
                }));
        Stream<ServerFault> upgrade = Stream.of(
                afterRequest("a switch to another protocol", End.fails(PROTOCOL, ""), (sample, kind, caller) -> {
                    caller.head("101 Switching Protocols", "upgrade: websocket", "connection: upgrade");
                    caller.say(sample.answer(kind));
                }));
        return Stream.of(storms, one, upgrade).flatMap(some -> some);
    }

    private static Stream<ServerFault> redirects() {
        End end = End.fails(PROTOCOL, "a redirect, which is not followed");
        return Stream.of("301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent")
                .flatMap(status -> Stream.of(
                        afterRequest(
                                status + " to another path",
                                end,
                                (sample, kind, caller) ->
                                        caller.head(status, "location: /elsewhere", "content-length: 0")),
                        afterRequest(
                                status + " to another host",
                                end,
                                (sample, kind, caller) -> caller.head(
                                        status,
                                        "location: " + ServerFaultsTest.ELSEWHERE.url(),
                                        "content-length: 0"))));
    }

    private static Stream<ServerFault> lengths() {
        return Stream.of(
                sized("a length that is too short", -20, End.fails(Set.of(PROTOCOL, TRUNCATED))),
                sized("a length that is too long", 20, End.fails(Set.of(TRUNCATED)))
                        .endsIn((sample, kind) -> kind == CallKind.CHAT ? End.fails(Set.of(TRUNCATED)) : End.SERVED),
                fields("a negative length", NO_HTTP, "content-length: -5"),
                fields("a length that is no number", NO_HTTP, "content-length: much"),
                fields("two lengths", NO_HTTP, "content-length: 5", "content-length: 7"),
                fields("a length beyond all numbers", NO_HTTP, "content-length: 99999999999999999999"),
                fields("a transfer encoding that nobody knows", End.SERVED, "transfer-encoding: magic"));
    }

    private static ServerFault sized(String name, int more, End end) {
        return afterRequest(name, end, (sample, kind, caller) -> {
            byte[] answer = sample.answer(kind);
            int length = more < 0 ? -more : answer.length + more;
            caller.head("200 OK", "content-type: " + sample.type(kind), "content-length: " + length);
            caller.say(answer);
        });
    }

    private static ServerFault fields(String name, End end, String... fields) {
        return afterRequest(name, end, (sample, kind, caller) -> {
            caller.say("HTTP/1.1 200 OK\r\ncontent-type: " + sample.type(kind) + "\r\n" + String.join("\r\n", fields)
                    + "\r\n\r\n");
            caller.say(sample.answer(kind));
        });
    }

    private static Stream<ServerFault> chunks() {
        return Stream.of(
                chunked("a chunk whose size is no number", NO_HTTP, (sample, kind, caller) -> caller.say("much\r\n")),
                chunked(
                        "a chunk whose size is beyond all numbers",
                        NO_HTTP,
                        (sample, kind, caller) -> caller.say("fffffffffffffffff\r\n")),
                chunked("a chunk of a negative size", NO_HTTP, (sample, kind, caller) -> caller.say("-5\r\nabcde")),
                chunked("a chunk with an endless extension", TOO_LONG, (sample, kind, caller) -> {
                    caller.say("5;x=");
                    caller.endlessly(bytes("x"), 32 * MIB);
                }),
                chunked("a chunk longer than it said", End.fails(PROTOCOL, ""), (sample, kind, caller) -> {
                    caller.say("2\r\n");
                    caller.say(":                                           \r\n\r\n");
                }),
                chunked("chunks without an end", End.fails(Set.of(TRUNCATED)), (sample, kind, caller) -> {
                            byte[] answer = sample.answer(kind);
                            caller.say(Integer.toHexString(answer.length) + "\r\n");
                            caller.say(answer);
                            caller.say("\r\n");
                        })
                        .endsIn((sample, kind) -> kind == CallKind.CHAT ? End.fails(Set.of(TRUNCATED)) : End.SERVED),
                chunked("endless trailers", TOO_LONG, (sample, kind, caller) -> {
                            byte[] answer = sample.answer(kind);
                            caller.say(Integer.toHexString(answer.length) + "\r\n");
                            caller.say(answer);
                            caller.say("\r\n0\r\n");
                            caller.endlessly(bytes("x-more: " + "x".repeat(100) + "\r\n"), 32 * MIB);
                        })
                        .endsIn((sample, kind) -> kind == CallKind.CHAT ? TOO_LONG : End.SERVED),
                chunked("trailers", End.SERVED, (sample, kind, caller) -> {
                    byte[] answer = sample.answer(kind);
                    caller.say(Integer.toHexString(answer.length) + "\r\n");
                    caller.say(answer);
                    caller.say("\r\n0\r\nx-sum: 1\r\ncontent-length: 5\r\n\r\n");
                }),
                chunked("a chunk for each byte", End.SERVED, (sample, kind, caller) -> {
                    ByteArrayOutputStream all = new ByteArrayOutputStream();
                    for (byte b : sample.answer(kind)) {
                        all.writeBytes(bytes("1\r\n"));
                        all.write(b);
                        all.writeBytes(bytes("\r\n"));
                    }
                    all.writeBytes(bytes("0\r\n\r\n"));
                    caller.say(all.toByteArray());
                }));
    }

    private static ServerFault chunked(String name, End end, Script script) {
        return afterRequest(name, end, (sample, kind, caller) -> {
            caller.head("200 OK", "content-type: " + sample.type(kind), "transfer-encoding: chunked");
            script.play(sample, kind, caller);
        });
    }

    /** Content codings that were not requested. A compression bomb of 10 KiB expands to 10 MiB. */
    private static Stream<ServerFault> encodings() {
        return Stream.of("gzip", "deflate", "br", "zstd", "x-magic")
                .flatMap(encoding -> Stream.of(
                        afterRequest(
                                "a body in " + encoding,
                                encoding.equals("gzip") || encoding.equals("deflate")
                                        ? End.fails(Set.of(PROTOCOL, TRUNCATED))
                                        : End.fails(PROTOCOL, "encoded as '" + encoding + "'"),
                                (sample, kind, caller) -> {
                                    caller.head(
                                            "200 OK",
                                            "content-type: " + sample.type(kind),
                                            "content-encoding: " + encoding);
                                    caller.say(BOMB);
                                }),
                        afterRequest("an error in " + encoding, End.fails(OVERLOADED, ""), (sample, kind, caller) -> {
                            caller.head("503 Busy", "content-type: application/json", "content-encoding: " + encoding);
                            caller.say(BOMB);
                        })));
    }

    private static byte[] bomb(int mib) {
        ByteArrayOutputStream small = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(small)) {
            byte[] zeros = new byte[(int) MIB];
            for (int i = 0; i < mib; i++) {
                out.write(zeros);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return small.toByteArray();
    }

    private static Stream<ServerFault> errors() {
        End busy = End.fails(OVERLOADED, "");
        return Stream.of(
                error(
                        "an endless error",
                        busy,
                        (sample, kind, caller) -> caller.endlessly(bytes("{\"message\":\"no\"} "), 32 * MIB)),
                error("an endless page", busy, (sample, kind, caller) -> {
                    caller.say("<html>");
                    caller.endlessly(bytes("<"), 32 * MIB);
                }),
                error("an endless page of scripts", busy, (sample, kind, caller) -> {
                    caller.say("<html>");
                    caller.endlessly(bytes("<script "), 32 * MIB);
                }),
                error("an error that never ends", busy, (sample, kind, caller) -> {
                    caller.say("{\"error\":{\"message\":\"no\"}}");
                    caller.stall();
                }),
                error("an error that never begins", busy, (sample, kind, caller) -> caller.stall()),
                error("a deep error", busy, (sample, kind, caller) -> caller.say("[".repeat(60_000))),
                error("an error of brackets", busy, (sample, kind, caller) -> caller.say("{\"error\":".repeat(7_000))),
                error(
                        "an error with a giant number",
                        busy,
                        (sample, kind, caller) -> caller.say("{\"error\":{\"message\":\"no\",\"code\":1e999999999}}")),
                error(
                        "an error in no UTF-8",
                        busy,
                        (sample, kind, caller) -> caller.say(bytes("{\"error\":{\"message\":\"\u00ff\u00c3(\"}}"))),
                error("an error that is cut", busy, (sample, kind, caller) -> {
                    caller.say("{\"error\":{\"mess");
                    caller.reset();
                }),
                error("an error without words", busy, (sample, kind, caller) -> caller.say("")));
    }

    private static ServerFault error(String name, End end, Script script) {
        return afterRequest(name, end, (sample, kind, caller) -> {
            caller.head("503 Busy", "content-type: application/json");
            script.play(sample, kind, caller);
        });
    }

    private static Stream<ServerFault> times() {
        End late = End.fails(Set.of(TIMEOUT));
        return Stream.of(
                afterRequest("silence", late, (sample, kind, caller) -> caller.stall())
                        .silentFor(SHORT),
                afterRequest(
                                "a head that drips",
                                late,
                                (sample, kind, caller) ->
                                        caller.drip(bytes("HTTP/1.1 200 OK\r\nx-slow: " + "x".repeat(1000)), 20))
                        .silentFor(SHORT),
                body("a body that never begins", late, (sample, kind, caller) -> caller.stall())
                        .silentFor(SHORT),
                body(
                                "a body of nothing that drips",
                                late,
                                (sample, kind, caller) -> caller.drip(bytes(" ".repeat(1000)), 20))
                        .only((sample, kind) -> sample.form != WireSample.Form.FRAMES || kind == CallKind.CHAT)
                        .silentFor(SHORT),
                body(
                        "an answer that drips",
                        End.SERVED,
                        (sample, kind, caller) -> caller.drip(sample.answer(kind), 0)));
    }
}
