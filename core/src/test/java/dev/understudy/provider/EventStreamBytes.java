package dev.understudy.provider;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;

/** Writes messages of AWS's event stream, as the format's description says. */
public final class EventStreamBytes {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public static EventStreamBytes stream() {
        return new EventStreamBytes();
    }

    public EventStreamBytes event(String type, String json) {
        return message(
                Map.of(":message-type", "event", ":event-type", type, ":content-type", "application/json"), json);
    }

    /** The same with bytes that need not be text. */
    public EventStreamBytes event(String type, byte[] payload) {
        return message(Map.of(":message-type", "event", ":event-type", type), payload);
    }

    public EventStreamBytes exception(String type, String json) {
        return message(Map.of(":message-type", "exception", ":exception-type", type), json);
    }

    public EventStreamBytes error(String code, String message) {
        return message(Map.of(":message-type", "error", ":error-code", code, ":error-message", message), "");
    }

    public EventStreamBytes message(Map<String, String> headers, String payload) {
        return message(headers, payload.getBytes(StandardCharsets.UTF_8));
    }

    private EventStreamBytes message(Map<String, String> headers, byte[] payload) {
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        headers.forEach((name, value) -> {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            fields.write(name.length());
            fields.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
            fields.write(7);
            fields.writeBytes(
                    ByteBuffer.allocate(2).putShort((short) bytes.length).array());
            fields.writeBytes(bytes);
        });
        return message(fields.toByteArray(), payload);
    }

    public EventStreamBytes message(byte[] headers, byte[] payload) {
        ByteBuffer message = ByteBuffer.allocate(16 + headers.length + payload.length);
        message.putInt(message.capacity()).putInt(headers.length);
        message.putInt(crc(message.array(), 8)).put(headers).put(payload);
        message.putInt(crc(message.array(), message.capacity() - 4));
        out.writeBytes(message.array());
        return this;
    }

    private static int crc(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    public byte[] bytes() {
        return out.toByteArray();
    }
}
