package dev.understudy.testing;

import dev.understudy.testing.WireEvent.Sort;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Writes Anthropic's answers as Bedrock's InvokeModel sends them: each event in a message of AWS's event stream. */
final class InvokeFormat implements WireFormat {

    private static final AnthropicFormat ANTHROPIC = new AnthropicFormat();
    private static final ConverseFormat AWS = new ConverseFormat();
    private static final String DATA = "data: ";

    @Override
    public String idHeader() {
        return AWS.idHeader();
    }

    @Override
    public String streamType() {
        return AWS.streamType();
    }

    @Override
    public List<WireEvent> events(Answer answer, Form form, Question asked) {
        return ANTHROPIC.events(answer, form, asked).stream()
                .map(InvokeFormat::chunk)
                .toList();
    }

    private static WireEvent chunk(WireEvent event) {
        String text = new String(event.bytes(), StandardCharsets.UTF_8).strip();
        return chunk(event.sort(), text.substring(text.indexOf(DATA) + DATA.length()));
    }

    private static WireEvent chunk(Sort sort, String json) {
        String bytes = Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
        return EventStreamMessage.event(sort, "chunk", "{\"bytes\":\"" + bytes + "\"}");
    }

    @Override
    public String whole(Answer answer, Form form, Question asked) {
        return ANTHROPIC.whole(answer, form, asked);
    }

    @Override
    public Map<String, String> errorHeaders(int status, Trouble trouble) {
        return AWS.errorHeaders(status, trouble);
    }

    @Override
    public String error(int status, Trouble trouble, Question asked) {
        return AWS.error(status, trouble, asked);
    }

    @Override
    public WireEvent inBand(Trouble trouble) {
        return AWS.inBand(trouble);
    }

    @Override
    public WireEvent ping() {
        return chunk(ANTHROPIC.ping());
    }

    @Override
    public WireEvent garbled() {
        return chunk(ANTHROPIC.garbled());
    }
}
