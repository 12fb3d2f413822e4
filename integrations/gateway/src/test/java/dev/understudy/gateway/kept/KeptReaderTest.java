package dev.understudy.gateway.kept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.understudy.chat.StreamChunk;
import dev.understudy.gateway.json.JsonFields;
import dev.understudy.gateway.protocol.CallError;
import dev.understudy.gateway.protocol.ClientCall;
import dev.understudy.streaming.PositionedChunk;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Ids of events of an encoder. */
class KeptReaderTest {

    /** Writes a text as it is. */
    private record Plain() implements ClientCall.Events {

        @Override
        public String of(StreamChunk chunk) {
            return ((StreamChunk.Text) chunk).text();
        }

        @Override
        public boolean isFinished() {
            return false;
        }

        @Override
        public String failed(CallError error) {
            return "";
        }
    }

    private static KeptReader reader() {
        KeptReader reader = new KeptReader("v1", null, (head, answer) -> new Plain(), EventId.beginning("a"), 0);
        StreamNote.Head head =
                new StreamNote.Head("v1", StreamOwner.of(null), "r", Instant.EPOCH, JsonFields.JSON.createObjectNode());
        assertThat(reader.read(new PositionedChunk("a", 1, head.chunk()))).isNull();
        return reader;
    }

    private static PositionedChunk chunk(String events) {
        return new PositionedChunk("a", 2, new StreamChunk.Text(events));
    }

    @Test
    void eachEventGetsAnIdAndCommentsNone() {
        assertThat(reader().read(chunk("data: 1\n\n: soon\n\ndata: 2\n\n")))
                .isEqualTo("id: a.2.0\ndata: 1\n\n: soon\n\nid: a.2.1\ndata: 2\n\n");
    }

    @Test
    void eventWithoutABlankLineIsAnError() {
        KeptReader reader = reader();
        PositionedChunk open = chunk("data: 1\n\ndata: 2\n");
        assertThatIllegalStateException().isThrownBy(() -> reader.read(open));
    }
}
