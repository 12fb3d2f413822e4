package dev.understudy.behaviour;

import static dev.understudy.behaviour.Attack.MIB;
import static dev.understudy.behaviour.Attack.body;
import static dev.understudy.behaviour.Attack.heard;
import static dev.understudy.behaviour.Attack.unheard;
import static dev.understudy.behaviour.Tongue.bytes;
import static dev.understudy.chat.FailureKind.CONNECT;
import static dev.understudy.chat.FailureKind.OVERLOADED;
import static dev.understudy.chat.FailureKind.PROTOCOL;
import static dev.understudy.chat.FailureKind.TIMEOUT;
import static dev.understudy.chat.FailureKind.TRUNCATED;

import dev.understudy.behaviour.Attack.End;
import dev.understudy.behaviour.Attack.Script;
import dev.understudy.chat.FailureKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** What can be done with HTTP itself, whatever the body. */
final class HostileHttp {

    private static final End TOO_LONG = End.fails(PROTOCOL, "16 KiB");
    private static final End NO_HTTP = End.fails(PROTOCOL, "no HTTP");
    private static final byte[] BOMB = bomb(10);
    private static final Duration SHORT = Duration.ofMillis(300);

    private HostileHttp() {}

    static Stream<Attack> attacks() {
        return Stream.of(heads(), interim(), redirects(), lengths(), chunks(), encodings(), errors(), times())
                .flatMap(some -> some);
    }

    private static Stream<Attack> heads() {
        return Stream.of(
                heard("a header field of 17 KiB", TOO_LONG, (tongue, door, caller) -> {
                    caller.head("200 OK", "x-long: " + "x".repeat(17 << 10));
                    caller.say(tongue.answer(door));
                }),
                heard("endless header fields", TOO_LONG, (tongue, door, caller) -> {
                    caller.say("HTTP/1.1 200 OK\r\n");
                    caller.endlessly(bytes("x-more: " + "x".repeat(100) + "\r\n"), 32 * MIB);
                }),
                heard("one endless header field", TOO_LONG, (tongue, door, caller) -> {
                    caller.say("HTTP/1.1 200 OK\r\nx-long: ");
                    caller.endlessly(bytes("x"), 32 * MIB);
                }),
                heard("a header field that goes on for ever on new lines", TOO_LONG, (tongue, door, caller) -> {
                            caller.say("HTTP/1.1 200 OK\r\nx-long: a\r\n");
                            caller.endlessly(bytes(" more\r\n"), 32 * MIB);
                        })
                        .allocating(160 * MIB), // Netty joins the lines one by one
                heard("an endless first line", TOO_LONG, (tongue, door, caller) -> {
                    caller.say("HTTP/1.1 200 ");
                    caller.endlessly(bytes("O"), 32 * MIB);
                }),
                heard(
                        "endless empty lines",
                        TOO_LONG,
                        (tongue, door, caller) -> caller.endlessly(bytes("\r\n"), 32 * MIB)),
                heard(
                        "no HTTP at all",
                        End.fails(Set.of(PROTOCOL, CONNECT)),
                        (tongue, door, caller) -> caller.say("SSH-2.0-OpenSSH_9.7\r\n\r\n")),
                heard("nothing", End.fails(Set.of(CONNECT)), (tongue, door, caller) -> {}),
                heard("a reset", End.fails(Set.of(CONNECT)), (tongue, door, caller) -> caller.reset()),
                heard("a status that is none", End.fails(Set.of(PROTOCOL, CONNECT)), (tongue, door, caller) -> {
                    caller.head("99999999999 OK", "content-length: 0");
                }),
                heard("an answer without a status of success", End.fails(PROTOCOL, ""), (tongue, door, caller) -> {
                            caller.head("999 What", "content-type: " + tongue.type(door));
                            caller.say(tongue.answer(door));
                        })
                        .endsIn((tongue, door) -> End.fails(Set.of(PROTOCOL, FailureKind.SERVER))),
                unheard("an answer to no request", End.SERVED, (tongue, door, caller) -> {
                    caller.head("200 OK", "content-type: " + tongue.type(door));
                    caller.say(tongue.answer(door));
                }),
                unheard("an error before the request was heard", End.SERVED, (tongue, door, caller) -> {
                            caller.head("503 Busy", "content-length: 0");
                        })
                        .endsIn((tongue, door) -> End.fails(Set.of(OVERLOADED, CONNECT, PROTOCOL))));
    }

    private static Stream<Attack> interim() {
        String[] statuses = {"100 Continue", "102 Processing", "103 Early Hints"};
        Stream<Attack> storms = Stream.of(statuses)
                .map(status -> heard(
                        "an endless storm of " + status,
                        End.fails(PROTOCOL, "interim"),
                        (tongue, door, caller) ->
                                caller.endlessly(bytes("HTTP/1.1 " + status + "\r\nlink: x\r\n\r\n"), 32 * MIB)));
        Stream<Attack> one = Stream.of(statuses)
                .map(status -> heard("one " + status, End.SERVED, (tongue, door, caller) -> {
                    caller.head(status, "link: x");
                    caller.head("200 OK", "content-type: " + tongue.type(door));
                    caller.say(tongue.answer(door));
                }));
        Stream<Attack> upgrade =
                Stream.of(heard("a switch to another protocol", End.fails(PROTOCOL, ""), (tongue, door, caller) -> {
                    caller.head("101 Switching Protocols", "upgrade: websocket", "connection: upgrade");
                    caller.say(tongue.answer(door));
                }));
        return Stream.of(storms, one, upgrade).flatMap(some -> some);
    }

    private static Stream<Attack> redirects() {
        End end = End.fails(PROTOCOL, "a redirect, which is not followed");
        return Stream.of("301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent")
                .flatMap(status -> Stream.of(
                        heard(
                                status + " to another path",
                                end,
                                (tongue, door, caller) ->
                                        caller.head(status, "location: /elsewhere", "content-length: 0")),
                        heard(
                                status + " to another host",
                                end,
                                (tongue, door, caller) -> caller.head(
                                        status,
                                        "location: " + HostileServerTest.ELSEWHERE.url(),
                                        "content-length: 0"))));
    }

    private static Stream<Attack> lengths() {
        return Stream.of(
                sized("a length that is too short", -20, End.fails(Set.of(PROTOCOL, TRUNCATED))),
                sized("a length that is too long", 20, End.fails(Set.of(TRUNCATED)))
                        .endsIn((tongue, door) -> door == Door.CHAT ? End.fails(Set.of(TRUNCATED)) : End.SERVED),
                fields("a negative length", NO_HTTP, "content-length: -5"),
                fields("a length that is no number", NO_HTTP, "content-length: much"),
                fields("two lengths", NO_HTTP, "content-length: 5", "content-length: 7"),
                fields("a length beyond all numbers", NO_HTTP, "content-length: 99999999999999999999"),
                fields("a transfer encoding that nobody knows", End.SERVED, "transfer-encoding: magic"));
    }

    private static Attack sized(String name, int more, End end) {
        return heard(name, end, (tongue, door, caller) -> {
            byte[] answer = tongue.answer(door);
            int length = more < 0 ? -more : answer.length + more;
            caller.head("200 OK", "content-type: " + tongue.type(door), "content-length: " + length);
            caller.say(answer);
        });
    }

    private static Attack fields(String name, End end, String... fields) {
        return heard(name, end, (tongue, door, caller) -> {
            caller.say("HTTP/1.1 200 OK\r\ncontent-type: " + tongue.type(door) + "\r\n" + String.join("\r\n", fields)
                    + "\r\n\r\n");
            caller.say(tongue.answer(door));
        });
    }

    private static Stream<Attack> chunks() {
        return Stream.of(
                chunked("a chunk whose size is no number", NO_HTTP, (tongue, door, caller) -> caller.say("much\r\n")),
                chunked(
                        "a chunk whose size is beyond all numbers",
                        NO_HTTP,
                        (tongue, door, caller) -> caller.say("fffffffffffffffff\r\n")),
                chunked("a chunk of a negative size", NO_HTTP, (tongue, door, caller) -> caller.say("-5\r\nabcde")),
                chunked("a chunk with an endless extension", TOO_LONG, (tongue, door, caller) -> {
                    caller.say("5;x=");
                    caller.endlessly(bytes("x"), 32 * MIB);
                }),
                chunked("a chunk longer than it said", End.fails(PROTOCOL, ""), (tongue, door, caller) -> {
                    caller.say("2\r\n");
                    caller.say(":                                           \r\n\r\n");
                }),
                chunked("chunks without an end", End.fails(Set.of(TRUNCATED)), (tongue, door, caller) -> {
                            byte[] answer = tongue.answer(door);
                            caller.say(Integer.toHexString(answer.length) + "\r\n");
                            caller.say(answer);
                            caller.say("\r\n");
                        })
                        .endsIn((tongue, door) -> door == Door.CHAT ? End.fails(Set.of(TRUNCATED)) : End.SERVED),
                chunked("endless trailers", TOO_LONG, (tongue, door, caller) -> {
                            byte[] answer = tongue.answer(door);
                            caller.say(Integer.toHexString(answer.length) + "\r\n");
                            caller.say(answer);
                            caller.say("\r\n0\r\n");
                            caller.endlessly(bytes("x-more: " + "x".repeat(100) + "\r\n"), 32 * MIB);
                        })
                        .endsIn((tongue, door) -> door == Door.CHAT ? TOO_LONG : End.SERVED),
                chunked("trailers", End.SERVED, (tongue, door, caller) -> {
                    byte[] answer = tongue.answer(door);
                    caller.say(Integer.toHexString(answer.length) + "\r\n");
                    caller.say(answer);
                    caller.say("\r\n0\r\nx-sum: 1\r\ncontent-length: 5\r\n\r\n");
                }),
                chunked("a chunk for each byte", End.SERVED, (tongue, door, caller) -> {
                    ByteArrayOutputStream all = new ByteArrayOutputStream();
                    for (byte b : tongue.answer(door)) {
                        all.writeBytes(bytes("1\r\n"));
                        all.write(b);
                        all.writeBytes(bytes("\r\n"));
                    }
                    all.writeBytes(bytes("0\r\n\r\n"));
                    caller.say(all.toByteArray());
                }));
    }

    private static Attack chunked(String name, End end, Script script) {
        return heard(name, end, (tongue, door, caller) -> {
            caller.head("200 OK", "content-type: " + tongue.type(door), "transfer-encoding: chunked");
            script.play(tongue, door, caller);
        });
    }

    /** Nobody asked for any of these. A bomb of zip is 10 KiB long and 10 MiB wide. */
    private static Stream<Attack> encodings() {
        return Stream.of("gzip", "deflate", "br", "zstd", "x-magic")
                .flatMap(encoding -> Stream.of(
                        heard(
                                "a body in " + encoding,
                                End.fails(PROTOCOL, "encoded as '" + encoding + "'"),
                                (tongue, door, caller) -> {
                                    caller.head(
                                            "200 OK",
                                            "content-type: " + tongue.type(door),
                                            "content-encoding: " + encoding);
                                    caller.say(BOMB);
                                }),
                        heard("an error in " + encoding, End.fails(OVERLOADED, ""), (tongue, door, caller) -> {
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

    private static Stream<Attack> errors() {
        End busy = End.fails(OVERLOADED, "");
        return Stream.of(
                error(
                        "an endless error",
                        busy,
                        (tongue, door, caller) -> caller.endlessly(bytes("{\"message\":\"no\"} "), 32 * MIB)),
                error("an endless page", busy, (tongue, door, caller) -> {
                    caller.say("<html>");
                    caller.endlessly(bytes("<"), 32 * MIB);
                }),
                error("an endless page of scripts", busy, (tongue, door, caller) -> {
                    caller.say("<html>");
                    caller.endlessly(bytes("<script "), 32 * MIB);
                }),
                error("an error that never ends", busy, (tongue, door, caller) -> {
                    caller.say("{\"error\":{\"message\":\"no\"}}");
                    caller.stall();
                }),
                error("an error that never begins", busy, (tongue, door, caller) -> caller.stall()),
                error("a deep error", busy, (tongue, door, caller) -> caller.say("[".repeat(60_000))),
                error("an error of brackets", busy, (tongue, door, caller) -> caller.say("{\"error\":".repeat(7_000))),
                error(
                        "an error with a giant number",
                        busy,
                        (tongue, door, caller) -> caller.say("{\"error\":{\"message\":\"no\",\"code\":1e999999999}}")),
                error(
                        "an error in no UTF-8",
                        busy,
                        (tongue, door, caller) -> caller.say(bytes("{\"error\":{\"message\":\"\u00ff\u00c3(\"}}"))),
                error("an error that is cut", busy, (tongue, door, caller) -> {
                    caller.say("{\"error\":{\"mess");
                    caller.reset();
                }),
                error("an error without words", busy, (tongue, door, caller) -> caller.say("")));
    }

    private static Attack error(String name, End end, Script script) {
        return heard(name, end, (tongue, door, caller) -> {
            caller.head("503 Busy", "content-type: application/json");
            script.play(tongue, door, caller);
        });
    }

    private static Stream<Attack> times() {
        End late = End.fails(Set.of(TIMEOUT));
        return Stream.of(
                heard("silence", late, (tongue, door, caller) -> caller.stall()).silentFor(SHORT),
                heard(
                                "a head that drips",
                                late,
                                (tongue, door, caller) ->
                                        caller.drip(bytes("HTTP/1.1 200 OK\r\nx-slow: " + "x".repeat(1000)), 20))
                        .silentFor(SHORT),
                body("a body that never begins", late, (tongue, door, caller) -> caller.stall())
                        .silentFor(SHORT),
                body(
                                "a body of nothing that drips",
                                late,
                                (tongue, door, caller) -> caller.drip(bytes(" ".repeat(1000)), 20))
                        .only((tongue, door) -> tongue.form != Tongue.Form.FRAMES || door == Door.CHAT)
                        .silentFor(SHORT),
                body(
                        "an answer that drips",
                        End.SERVED,
                        (tongue, door, caller) -> caller.drip(tongue.answer(door), 0)));
    }
}
