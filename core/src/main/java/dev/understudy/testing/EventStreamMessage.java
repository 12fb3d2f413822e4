package dev.understudy.testing;

import dev.understudy.testing.WireEvent.Sort;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Writes messages of AWS's event stream: lengths, their checksum, header fields, payload, and a checksum of all. */
final class EventStreamMessage {

    static final String CONTENT_TYPE = "application/vnd.amazon.eventstream";

    /** Lengths and their checksum. */
    private static final int PRELUDE = 12;

    private static final int CHECKSUM = 4;

    /** Type of a header value: text. */
    private static final int TEXT = 7;

    private EventStreamMessage() {}

    static WireEvent event(Sort sort, String type, String json) {
        return of(sort, "event", ":event-type", type, json);
    }

    static WireEvent exception(String type, String json) {
        return of(Sort.FRAME, "exception", ":exception-type", type, json);
    }

    private static WireEvent of(Sort sort, String kind, String typeField, String type, String json) {
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        field(fields, typeField, type);
        field(fields, ":content-type", "application/json");
        field(fields, ":message-type", kind);
        byte[] payload = json.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[PRELUDE + fields.size() + payload.length + CHECKSUM];
        ByteBuffer message = ByteBuffer.wrap(bytes);
        message.putInt(bytes.length).putInt(fields.size());
        message.putInt(checksum(bytes, PRELUDE - CHECKSUM))
                .put(fields.toByteArray())
                .put(payload);
        message.putInt(checksum(bytes, bytes.length - CHECKSUM));
        return new WireEvent(bytes, sort);
    }

    private static void field(ByteArrayOutputStream fields, String name, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        fields.write(name.length());
        fields.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        fields.write(TEXT);
        fields.write(bytes.length >> 8);
        fields.write(bytes.length);
        fields.writeBytes(bytes);
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
