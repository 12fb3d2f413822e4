package dev.understudy.fault;

import static dev.understudy.chat.FailureKind.EMPTY;
import static dev.understudy.chat.FailureKind.PROTOCOL;
import static dev.understudy.chat.FailureKind.SERVER;
import static dev.understudy.chat.FailureKind.TRUNCATED;
import static dev.understudy.fault.ServerFault.MIB;
import static dev.understudy.fault.ServerFault.afterRequest;
import static dev.understudy.fault.ServerFault.body;
import static dev.understudy.fault.WireSample.bytes;
import static dev.understudy.fault.WireSample.quoted;

import dev.understudy.fault.ServerFault.End;
import dev.understudy.fault.WireSample.Form;
import dev.understudy.provider.EventStreamBytes;
import dev.understudy.scenario.CallKind;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Faults in the body of a response with status 200. */
final class BodyFaults {

    private static final String PAGE =
            "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please.</body></html>";
    private static final boolean ALL = Boolean.getBoolean("understudy.tests.all");
    private static final End BAD_JSON = End.fails(PROTOCOL, "JSON");
    private static final End FULL = End.fails(PROTOCOL, ServerFault.STREAM + " bytes");

    private BodyFaults() {}

    static Stream<ServerFault> attacks() {
        return Stream.of(types(), sizes(), streams(), frames(), json()).flatMap(some -> some);
    }

    private static Stream<ServerFault> types() {
        End no = End.fails(PROTOCOL, "");
        End said = End.fails(Set.of(PROTOCOL, SERVER));
        return Stream.of(
                typed("a page", no, "text/html", PAGE),
                typed("a page that says it is no page", no, null, PAGE),
                typed("a page without a type", no, "", PAGE),
                typed("a long page", no, "text/html", "<html>" + "<p>wait</p>\n".repeat(1_000)),
                typed("words", said, "text/plain", "upstream connect error or disconnect/reset before headers"),
                typed("words that say they are an answer", said, null, "upstream connect error"),
                typed("a picture", no, "image/png", "\u0089PNG\r\n\u001a\n\u0000\u0000\u0000\rIHDR\u0000"),
                typed("bytes", no, "application/octet-stream", "\u0000\u0001\u0002\u00ff\n\n\u0000".repeat(3)),
                typed("nothing in the body", End.fails(Set.of(EMPTY, PROTOCOL, TRUNCATED)), null, ""),
                afterRequest(
                        "no content",
                        End.fails(Set.of(EMPTY, PROTOCOL, TRUNCATED)),
                        (sample, kind, caller) -> caller.head("204 No Content")),
                afterRequest("a type without sense", End.SERVED, (sample, kind, caller) -> {
                    caller.head("200 OK", "content-type: ;;;/" + "x".repeat(1000));
                    caller.say(sample.answer(kind));
                }),
                streamForAnswer("a stream to who asked for none", End.SERVED, Form.EVENTS),
                streamForAnswer("frames to who asked for none", no, Form.FRAMES),
                afterRequest("a whole answer to who asked for a stream", End.SERVED, (sample, kind, caller) -> {
                            caller.head("200 OK", "content-type: application/json");
                            caller.say(sample.answer(CallKind.CHAT));
                        })
                        .only(CallKind.STREAM));
    }

    private static ServerFault streamForAnswer(String name, End end, Form form) {
        return afterRequest(name, end, (sample, kind, caller) -> {
                    caller.head("200 OK", "content-type: " + sample.type(CallKind.STREAM));
                    caller.say(sample.answer(CallKind.STREAM));
                })
                .only(CallKind.CHAT)
                .only((sample, kind) -> sample.form == form);
    }

    private static ServerFault typed(String name, End end, String type, String content) {
        return afterRequest(name, end, (sample, kind, caller) -> {
            String said = type == null ? sample.type(kind) : type;
            if (said.isEmpty()) {
                caller.head("200 OK");
            } else {
                caller.head("200 OK", "content-type: " + said);
            }
            caller.say(bytes(content));
        });
    }

    private static Stream<ServerFault> sizes() {
        End large = End.fails(PROTOCOL, ServerFault.ANSWER + " bytes");
        return Stream.of(
                        body(
                                        "an endless answer of spaces",
                                        large,
                                        (sample, kind, caller) -> caller.endlessly(bytes(" "), 80 * MIB))
                                .only(CallKind.CHAT),
                        body("an endless text", large, (sample, kind, caller) -> {
                                    byte[] answer = sample.answer(kind);
                                    caller.say(new String(answer, java.nio.charset.StandardCharsets.ISO_8859_1)
                                            .split("Hello")[0]);
                                    caller.endlessly(bytes("la "), 80 * MIB);
                                })
                                .only(CallKind.CHAT),
                        body("endless values", large, (sample, kind, caller) -> caller.endlessly(bytes("{}"), 80 * MIB))
                                .only(CallKind.CHAT),
                        afterRequest("an endless answer that says how long it is", large, (sample, kind, caller) -> {
                                    caller.head(
                                            "200 OK",
                                            "content-type: " + sample.type(kind),
                                            "content-length: 9223372036854775807");
                                    caller.endlessly(bytes(" "), 80 * MIB);
                                })
                                .only(CallKind.CHAT),
                        afterRequest(
                                        "an endless whole answer to who asked for a stream",
                                        End.fails(PROTOCOL, ""),
                                        (sample, kind, caller) -> {
                                            caller.head("200 OK", "content-type: application/json");
                                            caller.endlessly(bytes(" "), 80 * MIB);
                                        })
                                .only((sample, kind) -> kind == CallKind.STREAM
                                        && sample.form != Form.ARRAY
                                        && sample != WireSample.GEMINI
                                        && sample != WireSample.OLLAMA))
                .map(each -> each.readUpTo(ServerFault.ANSWER));
    }

    private static Stream<ServerFault> streams() {
        End line = End.fails(PROTOCOL, ServerFault.ANSWER + " bytes");
        Stream<ServerFault> short_ = Stream.of(
                        body("an endless line", line, (sample, kind, caller) -> {
                                    caller.say(sample.form == Form.EVENTS ? "data: " : "");
                                    caller.say("{\"x\":\"");
                                    caller.endlessly(bytes("la"), 80 * MIB);
                                })
                                .only((sample, kind) -> sample.form != Form.FRAMES),
                        body(
                                        "an endless field name",
                                        line,
                                        (sample, kind, caller) -> caller.endlessly(bytes("la"), 80 * MIB))
                                .only((sample, kind) -> sample.form != Form.FRAMES),
                        body("an endless comment on one line", line, (sample, kind, caller) -> {
                                    caller.say(": ");
                                    caller.endlessly(bytes("la"), 80 * MIB);
                                })
                                .only((sample, kind) -> sample.form == Form.EVENTS),
                        body(
                                        "an endless event of many lines",
                                        line,
                                        (sample, kind, caller) ->
                                                caller.endlessly(bytes("data: " + "{".repeat(1_000) + "\n"), 80 * MIB))
                                .only((sample, kind) -> sample.form == Form.EVENTS),
                        body("a bare error on endless lines", line, (sample, kind, caller) -> {
                                    caller.say("{\n");
                                    caller.endlessly(bytes("\"a\":\n"), 80 * MIB);
                                })
                                .only((sample, kind) -> sample.form == Form.EVENTS))
                .map(each -> each.only(CallKind.STREAM).readUpTo(ServerFault.ANSWER));
        Stream<ServerFault> long_ = Stream.of(
                        body(
                                        "endless comments",
                                        FULL,
                                        (sample, kind, caller) ->
                                                caller.endlessly(bytes(": still there\n\n"), 140 * MIB))
                                .only((sample, kind) -> sample.form == Form.EVENTS),
                        body(
                                        "endless empty lines in the body",
                                        FULL,
                                        (sample, kind, caller) -> caller.endlessly(bytes("\n"), 140 * MIB))
                                .only((sample, kind) -> sample.form != Form.FRAMES),
                        body("endless pings", FULL, (sample, kind, caller) -> {
                            caller.say(sample.form == Form.ARRAY ? "[" : "");
                            caller.endlessly(sample.ping(), 140 * MIB);
                        }),
                        body(
                                        "endless fields of no use",
                                        FULL,
                                        (sample, kind, caller) ->
                                                caller.endlessly(bytes("id: 1\nretry: 5\nevent: x\n\n"), 140 * MIB))
                                .only((sample, kind) -> sample.form == Form.EVENTS))
                .map(each -> each.only(BodyFaults::isLong).readUpTo(ServerFault.STREAM));
        Stream<ServerFault> after = Stream.of(
                        body("an answer and then endless pings", End.SERVED, (sample, kind, caller) -> {
                            caller.say(sample.answer(kind));
                            caller.endlessly(sample.ping(), 140 * MIB);
                        }),
                        body("an answer and then endless noise", End.SERVED, (sample, kind, caller) -> {
                            caller.say(sample.answer(kind));
                            caller.endlessly(bytes("noise"), 140 * MIB);
                        }))
                .map(each -> each.only(BodyFaults::isLong).readUpTo(ServerFault.STREAM));
        Stream<ServerFault> silent =
                Stream.of(body("an answer and then a connection that stays", End.SERVED, (sample, kind, caller) -> {
                            caller.say(sample.answer(kind));
                            caller.stall();
                        })
                        .only(CallKind.STREAM)
                        .idleFor(Duration.ofSeconds(1)));
        return Stream.of(short_, long_, after, silent).flatMap(some -> some);
    }

    /** Limits long streams to one dialect of each framing, unless all are requested. */
    private static boolean isLong(WireSample sample, CallKind kind) {
        return kind == CallKind.STREAM && (ALL || sample.isFirstOfItsForm());
    }

    /** Prelude of an AWS event stream message with a valid checksum. */
    private static byte[] prelude(int length, int headers) {
        ByteBuffer prelude = ByteBuffer.allocate(12).putInt(length).putInt(headers);
        java.util.zip.CRC32 crc = new java.util.zip.CRC32();
        crc.update(prelude.array(), 0, 8);
        return prelude.putInt((int) crc.getValue()).array();
    }

    private static Stream<ServerFault> frames() {
        End sum = End.fails(PROTOCOL, "checksum");
        End lengths = End.fails(PROTOCOL, "impossible lengths");
        End headers = End.fails(PROTOCOL, "malformed headers");
        return Stream.of(
                        body(
                                "a frame with a wrong checksum",
                                sum,
                                (sample, kind, caller) -> caller.say(flipped(sample.ping(), -1))),
                        body(
                                "a frame with a damaged payload",
                                sum,
                                (sample, kind, caller) -> caller.say(flipped(sample.ping(), -6))),
                        body(
                                "a frame whose beginning is damaged",
                                sum,
                                (sample, kind, caller) -> caller.say(flipped(sample.ping(), 8))),
                        body(
                                "a frame of 2 GiB",
                                End.fails(PROTOCOL, ServerFault.ANSWER + " bytes"),
                                (sample, kind, caller) -> {
                                    caller.say(prelude(Integer.MAX_VALUE, 0));
                                    caller.endlessly(bytes("x"), 80 * MIB);
                                }),
                        body(
                                "a frame of a negative length",
                                lengths,
                                (sample, kind, caller) -> caller.say(prelude(-1, 0))),
                        body(
                                "a frame shorter than itself",
                                lengths,
                                (sample, kind, caller) -> caller.say(prelude(8, 0))),
                        body(
                                "a frame with more headers than bytes",
                                lengths,
                                (sample, kind, caller) -> caller.say(prelude(100, 1000))),
                        body(
                                "a frame with headers of a negative length",
                                lengths,
                                (sample, kind, caller) -> caller.say(prelude(100, -4))),
                        body(
                                "a frame with a header of an unknown type",
                                headers,
                                (sample, kind, caller) -> caller.say(EventStreamBytes.stream()
                                        .message(new byte[] {1, 'a', 77}, bytes("{}"))
                                        .bytes())),
                        body(
                                "a frame with a header longer than all",
                                headers,
                                (sample, kind, caller) -> caller.say(EventStreamBytes.stream()
                                        .message(new byte[] {1, 'a', 7, 127, 127}, bytes("{}"))
                                        .bytes())),
                        body(
                                "a frame with a name longer than all",
                                headers,
                                (sample, kind, caller) -> caller.say(EventStreamBytes.stream()
                                        .message(new byte[] {(byte) 255, 'a'}, bytes("{}"))
                                        .bytes())),
                        body(
                                        "endless frames of no use",
                                        FULL,
                                        (sample, kind, caller) -> caller.endlessly(
                                                EventStreamBytes.stream()
                                                        .event("news", "{}")
                                                        .bytes(),
                                                140 * MIB))
                                .only(BodyFaults::isLong)
                                .readUpTo(ServerFault.STREAM))
                .map(each -> each.only((sample, kind) -> kind == CallKind.STREAM && sample.form == Form.FRAMES));
    }

    private static byte[] flipped(byte[] bytes, int at) {
        bytes[at < 0 ? bytes.length + at : at] ^= 1;
        return bytes;
    }

    private static Stream<ServerFault> json() {
        End limit = End.fails(PROTOCOL, "over a limit");
        return Stream.of(
                json("JSON 127 deep where nobody looks", End.SERVED, with("[".repeat(126) + "]".repeat(126))),
                json("JSON 129 deep where nobody looks", limit, with("[".repeat(129) + "]".repeat(129))),
                json("JSON of objects 129 deep", limit, with("{\"a\":".repeat(129) + "1" + "}".repeat(129))),
                json("JSON 100 000 deep", limit, with("[".repeat(100_000) + "]".repeat(100_000))),
                json(
                                "JSON that begins 100 000 deep",
                                End.fails(Set.of(PROTOCOL, SERVER, EMPTY)),
                                fine -> "[".repeat(100_000) + "]".repeat(100_000))
                        .only((sample, kind) -> sample.form != Form.ARRAY),
                json("a number beyond all exponents where nobody looks", End.SERVED, with("1e999999999")),
                json("a number of 10 000 digits where nobody looks", limit, with("1".repeat(10_000))),
                json("a fraction of 10 000 digits where nobody looks", limit, with("0." + "1".repeat(10_000))),
                body(
                        "a number of tokens beyond all exponents",
                        End.SERVED,
                        (sample, kind, caller) ->
                                caller.say(sample.answer(kind, quoted(WireSample.TEXT), "1e999999999"))),
                body(
                                "a number of tokens in 10 000 digits",
                                limit,
                                (sample, kind, caller) ->
                                        caller.say(sample.answer(kind, quoted(WireSample.TEXT), "1".repeat(10_000))))
                        .only(CallKind.CHAT),
                body(
                        "a negative number of tokens",
                        End.SERVED,
                        (sample, kind, caller) -> caller.say(sample.answer(kind, quoted(WireSample.TEXT), "-9"))),
                body(
                        "a number of tokens that is text",
                        End.SERVED,
                        (sample, kind, caller) -> caller.say(sample.answer(kind, quoted(WireSample.TEXT), "\"many\""))),
                json(
                        "a name of 20 000 characters where nobody looks",
                        End.SERVED,
                        fine -> "{\"" + "n".repeat(20_000) + "\":1," + fine.substring(1)),
                json(
                        "fields said twice",
                        End.SERVED,
                        fine -> fine.substring(0, fine.length() - 1) + "," + fine.substring(1)),
                json("50 000 names", End.SERVED, fine -> "{" + names(50_000) + fine.substring(1)),
                body(
                        "half a surrogate pair",
                        End.says("Hello \ud83d afar."),
                        (sample, kind, caller) -> caller.say(sample.answer(kind, "\"Hello \\ud83d afar.\"", "9"))),
                body(
                        "bytes that are no UTF-8",
                        BAD_JSON,
                        (sample, kind, caller) ->
                                caller.say(sample.answer(kind, "\"Hello \u00ff\u00c3( afar.\"", "9"))),
                body(
                        "UTF-8 that is too long",
                        BAD_JSON,
                        (sample, kind, caller) -> caller.say(sample.answer(kind, "\"Hello \u00c0\u00af afar.\"", "9"))),
                body(
                        "surrogates in UTF-8",
                        BAD_JSON,
                        (sample, kind, caller) ->
                                caller.say(sample.answer(kind, "\"Hello \u00ed\u00a0\u00bd afar.\"", "9"))),
                body(
                        "a control character in a string",
                        BAD_JSON,
                        (sample, kind, caller) -> caller.say(sample.answer(kind, "\"Hello \u0000 afar.\"", "9"))),
                body(
                        "an escape that is none",
                        BAD_JSON,
                        (sample, kind, caller) -> caller.say(sample.answer(kind, "\"Hello \\x afar.\"", "9"))),
                json("NaN", BAD_JSON, with("NaN")),
                json("JSON without quotes", BAD_JSON, fine -> fine.replace("\"", "")),
                json("JSON with a comment", BAD_JSON, fine -> "{/* hi */" + fine.substring(1)),
                json("JSON with something behind it", End.fails(PROTOCOL, ""), fine -> fine + "}")
                        .only((sample, kind) ->
                                sample.form == Form.EVENTS && !sample.name().startsWith("GEMINI")),
                json("null", End.fails(Set.of(PROTOCOL, EMPTY, TRUNCATED)), fine -> "null"));
    }

    private static String names(int count) {
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < count; i++) {
            names.append("\"n").append(i).append("\":0,");
        }
        return names.toString();
    }

    private static Function<String, String> with(String value) {
        return fine -> "{\"x\":" + value + "," + fine.substring(1);
    }

    private static ServerFault json(String name, End end, Function<String, String> spoil) {
        return body(name, end, (sample, kind, caller) -> caller.say(sample.spoilt(kind, spoil)));
    }
}
