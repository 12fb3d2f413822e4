package dev.understudy.behaviour;

import static dev.understudy.behaviour.Attack.MIB;
import static dev.understudy.behaviour.Attack.body;
import static dev.understudy.behaviour.Attack.heard;
import static dev.understudy.behaviour.Tongue.bytes;
import static dev.understudy.behaviour.Tongue.quoted;
import static dev.understudy.chat.FailureKind.EMPTY;
import static dev.understudy.chat.FailureKind.PROTOCOL;
import static dev.understudy.chat.FailureKind.SERVER;
import static dev.understudy.chat.FailureKind.TRUNCATED;

import dev.understudy.behaviour.Attack.End;
import dev.understudy.behaviour.Tongue.Form;
import dev.understudy.provider.EventStreamBytes;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** What can be done with the body of an answer with status 200. */
final class HostileBodies {

    private static final String PAGE =
            "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please.</body></html>";
    private static final boolean ALL = Boolean.getBoolean("understudy.hostile.all");
    private static final End BAD_JSON = End.fails(PROTOCOL, "JSON");
    private static final End FULL = End.fails(PROTOCOL, "64 MiB");

    private HostileBodies() {}

    static Stream<Attack> attacks() {
        return Stream.of(types(), sizes(), streams(), frames(), json()).flatMap(some -> some);
    }

    private static Stream<Attack> types() {
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
                heard(
                        "no content",
                        End.fails(Set.of(EMPTY, PROTOCOL, TRUNCATED)),
                        (tongue, door, caller) -> caller.head("204 No Content")),
                heard("a type without sense", End.SERVED, (tongue, door, caller) -> {
                    caller.head("200 OK", "content-type: ;;;/" + "x".repeat(1000));
                    caller.say(tongue.answer(door));
                }),
                heard("a stream to who asked for none", no, (tongue, door, caller) -> {
                            caller.head("200 OK", "content-type: " + tongue.type(Door.STREAM));
                            caller.say(tongue.answer(Door.STREAM));
                        })
                        .only(Door.CHAT)
                        .only((tongue, door) -> tongue.form == Form.EVENTS || tongue.form == Form.FRAMES),
                heard("a whole answer to who asked for a stream", End.SERVED, (tongue, door, caller) -> {
                            caller.head("200 OK", "content-type: application/json");
                            caller.say(tongue.answer(Door.CHAT));
                        })
                        .only(Door.STREAM));
    }

    private static Attack typed(String name, End end, String type, String content) {
        return heard(name, end, (tongue, door, caller) -> {
            String said = type == null ? tongue.type(door) : type;
            if (said.isEmpty()) {
                caller.head("200 OK");
            } else {
                caller.head("200 OK", "content-type: " + said);
            }
            caller.say(bytes(content));
        });
    }

    private static Stream<Attack> sizes() {
        End large = End.fails(PROTOCOL, "16 MiB");
        return Stream.of(
                        body(
                                        "an endless answer of spaces",
                                        large,
                                        (tongue, door, caller) -> caller.endlessly(bytes(" "), 80 * MIB))
                                .only(Door.CHAT),
                        body("an endless text", large, (tongue, door, caller) -> {
                                    byte[] answer = tongue.answer(door);
                                    caller.say(new String(answer, java.nio.charset.StandardCharsets.ISO_8859_1)
                                            .split("Hello")[0]);
                                    caller.endlessly(bytes("la "), 80 * MIB);
                                })
                                .only(Door.CHAT),
                        body("endless values", large, (tongue, door, caller) -> caller.endlessly(bytes("{}"), 80 * MIB))
                                .only(Door.CHAT),
                        heard("an endless answer that says how long it is", large, (tongue, door, caller) -> {
                                    caller.head(
                                            "200 OK",
                                            "content-type: " + tongue.type(door),
                                            "content-length: 9223372036854775807");
                                    caller.endlessly(bytes(" "), 80 * MIB);
                                })
                                .only(Door.CHAT),
                        heard("an endless whole answer to who asked for a stream", large, (tongue, door, caller) -> {
                                    caller.head("200 OK", "content-type: application/json");
                                    caller.endlessly(bytes(" "), 80 * MIB);
                                })
                                .only((tongue, door) -> door == Door.STREAM
                                        && tongue.form != Form.ARRAY
                                        && tongue != Tongue.GEMINI
                                        && tongue != Tongue.OLLAMA))
                .map(each -> each.readUpTo(16 * MIB));
    }

    private static Stream<Attack> streams() {
        End line = End.fails(PROTOCOL, "1048576 bytes");
        Stream<Attack> short_ = Stream.of(
                        body("an endless line", line, (tongue, door, caller) -> {
                                    caller.say(tongue.form == Form.EVENTS ? "data: " : "");
                                    caller.say("{\"x\":\"");
                                    caller.endlessly(bytes("la"), 80 * MIB);
                                })
                                .only((tongue, door) -> tongue.form != Form.FRAMES),
                        body(
                                        "an endless field name",
                                        line,
                                        (tongue, door, caller) -> caller.endlessly(bytes("la"), 80 * MIB))
                                .only((tongue, door) -> tongue.form != Form.FRAMES),
                        body("an endless comment on one line", line, (tongue, door, caller) -> {
                                    caller.say(": ");
                                    caller.endlessly(bytes("la"), 80 * MIB);
                                })
                                .only((tongue, door) -> tongue.form == Form.EVENTS),
                        body(
                                        "an endless event of many lines",
                                        line,
                                        (tongue, door, caller) -> caller.endlessly(bytes("data: {\n"), 80 * MIB))
                                .only((tongue, door) -> tongue.form == Form.EVENTS),
                        body("a bare error on endless lines", line, (tongue, door, caller) -> {
                                    caller.say("{\n");
                                    caller.endlessly(bytes("\"a\":\n"), 80 * MIB);
                                })
                                .only((tongue, door) -> tongue.form == Form.EVENTS))
                .map(each -> each.only(Door.STREAM).readUpTo(MIB));
        Stream<Attack> long_ = Stream.of(
                        body(
                                        "endless comments",
                                        FULL,
                                        (tongue, door, caller) ->
                                                caller.endlessly(bytes(": still there\n\n"), 140 * MIB))
                                .only((tongue, door) -> tongue.form == Form.EVENTS),
                        body(
                                        "endless empty lines in the body",
                                        FULL,
                                        (tongue, door, caller) -> caller.endlessly(bytes("\n"), 140 * MIB))
                                .only((tongue, door) -> tongue.form != Form.FRAMES),
                        body("endless pings", FULL, (tongue, door, caller) -> {
                            caller.say(tongue.form == Form.ARRAY ? "[" : "");
                            caller.endlessly(tongue.ping(), 140 * MIB);
                        }),
                        body(
                                        "endless fields of no use",
                                        FULL,
                                        (tongue, door, caller) ->
                                                caller.endlessly(bytes("id: 1\nretry: 5\nevent: x\n\n"), 140 * MIB))
                                .only((tongue, door) -> tongue.form == Form.EVENTS))
                .map(each -> each.only(HostileBodies::isLong).readUpTo(64 * MIB));
        Stream<Attack> after = Stream.of(
                        body("an answer and then endless pings", End.SERVED, (tongue, door, caller) -> {
                            caller.say(tongue.answer(door));
                            caller.endlessly(tongue.ping(), 140 * MIB);
                        }),
                        body("an answer and then endless noise", End.SERVED, (tongue, door, caller) -> {
                            caller.say(tongue.answer(door));
                            caller.endlessly(bytes("noise"), 140 * MIB);
                        }),
                        body("an answer and then a connection that stays", End.SERVED, (tongue, door, caller) -> {
                            caller.say(tongue.answer(door));
                            caller.stall();
                        }))
                .map(each -> each.only(HostileBodies::isLong).readUpTo(64 * MIB));
        return Stream.of(short_, long_, after).flatMap(some -> some);
    }

    /** Streams of 64 MiB are said by one dialect of each form, unless all are asked for. */
    private static boolean isLong(Tongue tongue, Door door) {
        return door == Door.STREAM && (ALL || tongue.isFirstOfItsForm());
    }

    /** A prelude of a message in AWS's event stream, with the right checksum. */
    private static byte[] prelude(int length, int headers) {
        ByteBuffer prelude = ByteBuffer.allocate(12).putInt(length).putInt(headers);
        java.util.zip.CRC32 crc = new java.util.zip.CRC32();
        crc.update(prelude.array(), 0, 8);
        return prelude.putInt((int) crc.getValue()).array();
    }

    private static Stream<Attack> frames() {
        End sum = End.fails(PROTOCOL, "checksum");
        End lengths = End.fails(PROTOCOL, "impossible lengths");
        End headers = End.fails(PROTOCOL, "malformed headers");
        return Stream.of(
                        body(
                                "a frame with a wrong checksum",
                                sum,
                                (tongue, door, caller) -> caller.say(flipped(tongue.ping(), -1))),
                        body(
                                "a frame with a damaged payload",
                                sum,
                                (tongue, door, caller) -> caller.say(flipped(tongue.ping(), -6))),
                        body(
                                "a frame whose beginning is damaged",
                                sum,
                                (tongue, door, caller) -> caller.say(flipped(tongue.ping(), 8))),
                        body("a frame of 2 GiB", End.fails(PROTOCOL, "1048576 bytes"), (tongue, door, caller) -> {
                            caller.say(prelude(Integer.MAX_VALUE, 0));
                            caller.endlessly(bytes("x"), 80 * MIB);
                        }),
                        body(
                                "a frame of a negative length",
                                lengths,
                                (tongue, door, caller) -> caller.say(prelude(-1, 0))),
                        body(
                                "a frame shorter than itself",
                                lengths,
                                (tongue, door, caller) -> caller.say(prelude(8, 0))),
                        body(
                                "a frame with more headers than bytes",
                                lengths,
                                (tongue, door, caller) -> caller.say(prelude(100, 1000))),
                        body(
                                "a frame with headers of a negative length",
                                lengths,
                                (tongue, door, caller) -> caller.say(prelude(100, -4))),
                        body(
                                "a frame with a header of an unknown type",
                                headers,
                                (tongue, door, caller) -> caller.say(EventStreamBytes.stream()
                                        .message(new byte[] {1, 'a', 77}, bytes("{}"))
                                        .bytes())),
                        body(
                                "a frame with a header longer than all",
                                headers,
                                (tongue, door, caller) -> caller.say(EventStreamBytes.stream()
                                        .message(new byte[] {1, 'a', 7, 127, 127}, bytes("{}"))
                                        .bytes())),
                        body(
                                "a frame with a name longer than all",
                                headers,
                                (tongue, door, caller) -> caller.say(EventStreamBytes.stream()
                                        .message(new byte[] {(byte) 255, 'a'}, bytes("{}"))
                                        .bytes())),
                        body(
                                        "endless frames of no use",
                                        FULL,
                                        (tongue, door, caller) -> caller.endlessly(
                                                EventStreamBytes.stream()
                                                        .event("news", "{}")
                                                        .bytes(),
                                                140 * MIB))
                                .only(HostileBodies::isLong)
                                .readUpTo(64 * MIB))
                .map(each -> each.only((tongue, door) -> door == Door.STREAM && tongue.form == Form.FRAMES));
    }

    private static byte[] flipped(byte[] bytes, int at) {
        bytes[at < 0 ? bytes.length + at : at] ^= 1;
        return bytes;
    }

    private static Stream<Attack> json() {
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
                        .only((tongue, door) -> tongue.form != Form.ARRAY),
                json("a number beyond all exponents where nobody looks", End.SERVED, with("1e999999999")),
                json("a number of 10 000 digits where nobody looks", limit, with("1".repeat(10_000))),
                json("a fraction of 10 000 digits where nobody looks", limit, with("0." + "1".repeat(10_000))),
                body(
                        "a number of tokens beyond all exponents",
                        End.SERVED,
                        (tongue, door, caller) -> caller.say(tongue.answer(door, quoted(Tongue.TEXT), "1e999999999"))),
                body(
                                "a number of tokens in 10 000 digits",
                                limit,
                                (tongue, door, caller) ->
                                        caller.say(tongue.answer(door, quoted(Tongue.TEXT), "1".repeat(10_000))))
                        .only(Door.CHAT),
                body(
                        "a negative number of tokens",
                        End.SERVED,
                        (tongue, door, caller) -> caller.say(tongue.answer(door, quoted(Tongue.TEXT), "-9"))),
                body(
                        "a number of tokens that is text",
                        End.SERVED,
                        (tongue, door, caller) -> caller.say(tongue.answer(door, quoted(Tongue.TEXT), "\"many\""))),
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
                        (tongue, door, caller) -> caller.say(tongue.answer(door, "\"Hello \\ud83d afar.\"", "9"))),
                body(
                        "bytes that are no UTF-8",
                        BAD_JSON,
                        (tongue, door, caller) ->
                                caller.say(tongue.answer(door, "\"Hello \u00ff\u00c3( afar.\"", "9"))),
                body(
                        "UTF-8 that is too long",
                        BAD_JSON,
                        (tongue, door, caller) -> caller.say(tongue.answer(door, "\"Hello \u00c0\u00af afar.\"", "9"))),
                body(
                        "surrogates in UTF-8",
                        BAD_JSON,
                        (tongue, door, caller) ->
                                caller.say(tongue.answer(door, "\"Hello \u00ed\u00a0\u00bd afar.\"", "9"))),
                body(
                        "a control character in a string",
                        BAD_JSON,
                        (tongue, door, caller) -> caller.say(tongue.answer(door, "\"Hello \u0000 afar.\"", "9"))),
                body(
                        "an escape that is none",
                        BAD_JSON,
                        (tongue, door, caller) -> caller.say(tongue.answer(door, "\"Hello \\x afar.\"", "9"))),
                json("NaN", BAD_JSON, with("NaN")),
                json("JSON without quotes", BAD_JSON, fine -> fine.replace("\"", "")),
                json("JSON with a comment", BAD_JSON, fine -> "{/* hi */" + fine.substring(1)),
                json("JSON with something behind it", End.fails(PROTOCOL, ""), fine -> fine + "}")
                        .only((tongue, door) ->
                                tongue.form == Form.EVENTS && !tongue.name().startsWith("GEMINI")),
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

    private static Attack json(String name, End end, Function<String, String> spoil) {
        return body(name, end, (tongue, door, caller) -> caller.say(tongue.spoilt(door, spoil)));
    }
}
