package dev.understudy.provider.bedrock;

import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.framing.AwsEventStreamFraming;
import dev.understudy.provider.framing.Framing;
import dev.understudy.provider.json.JsonErrors;
import dev.understudy.provider.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Splits the event stream of Bedrock's InvokeModel, whose messages hold events of the model's own dialect in Base64,
 * with their names inside. Exceptions, which are AWS's own, are thrown.
 */
public final class BedrockInvokeFraming implements Framing {

    private final AwsEventStreamFraming messages;
    private final JsonReader reader = new JsonReader();
    private byte[] payload = new byte[0];

    /** Creates a framing with the default limit. */
    public BedrockInvokeFraming() {
        this(LIMIT);
    }

    /** @param limit limit of one message, in bytes */
    public BedrockInvokeFraming(int limit) {
        this.messages = new AwsEventStreamFraming(limit);
    }

    @Override
    public void push(byte[] bytes, int from, int to) {
        messages.push(bytes, from, to);
    }

    @Override
    public void end() {
        messages.end();
    }

    @Override
    public boolean next() {
        while (messages.next()) {
            if (messages.isErrorField()) {
                throw InBandError.of(messages.payload(), messages.offset(), messages.length(), messages.event());
            }
            if (!messages.isKeepAlive() && unwrap() && !isKeepAlive()) {
                return true;
            }
        }
        return false;
    }

    /** Decodes the event of a message; returns false if it holds none. */
    private boolean unwrap() {
        String base64 = null;
        JsonReader in = reader.open(messages.payload(), messages.offset(), messages.length());
        if (in.object()) {
            while (in.nextField()) {
                if (in.field().equals("bytes")) {
                    base64 = in.string();
                }
            }
        }
        if (base64 == null) {
            return false;
        }
        try {
            payload = Base64.getDecoder().decode(base64.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException e) {
            throw JsonErrors.rejected("a chunk whose bytes are not Base64");
        }
        return true;
    }

    @Override
    public boolean isErrorField() {
        return false;
    }

    @Override
    public String event() {
        return "";
    }

    @Override
    public byte[] payload() {
        return payload;
    }

    @Override
    public int offset() {
        return 0;
    }

    @Override
    public int length() {
        return payload.length;
    }
}
