package dev.understudy.provider.openai;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.Failure;
import dev.understudy.chat.Message;
import dev.understudy.chat.ReasoningBlock;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.VendorData;
import dev.understudy.provider.dialect.DialectName;
import dev.understudy.provider.dialect.Logprobs;
import dev.understudy.provider.dialect.RequiredFinishReason;
import dev.understudy.provider.error.InBandError;
import dev.understudy.provider.json.JsonErrors;
import java.util.ArrayList;
import java.util.List;

/** Decodes whole answers. */
final class OpenAiChatAnswer {

    private OpenAiChatAnswer() {}

    /**
     * Decodes a whole answer.
     *
     * @param completeAnyway true if an answer without a finish reason is complete
     */
    static ChatResponse decode(String provider, ChatRequest request, byte[] body, boolean completeAnyway) {
        OpenAiChatEvent event = new OpenAiChatEvent(true, Logprobs.areAskedFor(request, DialectName.OPENAI_CHAT));
        event.read(body, 0, body.length);
        if (event.isError) {
            throw InBandError.of(body, 0, body.length);
        }
        if (!event.hasChoices) {
            throw JsonErrors.rejected("JSON without choices where an answer was expected");
        }
        OpenAiChatDelta turn = event.turn;
        Failure failure = OpenAiChatFinishReason.failure(turn.finish, turn.nativeFinish);
        if (failure != null) {
            throw new CallFailed(failure);
        }
        if (turn.finish == null && !turn.finishIsBlank && !completeAnyway) {
            throw RequiredFinishReason.missing();
        }
        OpenAiChatToolCalls calls = new OpenAiChatToolCalls(request, event.id);
        calls.add(turn);
        List<ToolCall> toolCalls = calls.completed();
        List<ContentBlock> blocks = blocks(event, new OpenAiChatAudio(request));
        blocks.addAll(toolCalls);
        return new ChatResponse(
                blocks,
                new StreamChunk.Finish(
                        OpenAiChatFinishReason.reason(turn.finish, !toolCalls.isEmpty()),
                        event.usage.normalised(event.model),
                        event.vendorMetadata(turn.finish),
                        ServedBy.by(provider, request.model())));
    }

    private static List<ContentBlock> blocks(OpenAiChatEvent event, OpenAiChatAudio audio) {
        OpenAiChatDelta turn = event.turn;
        List<ContentBlock> blocks = new ArrayList<>(2);
        if (turn.hasReasoning()) {
            OpenAiChatReasoning reasoning = new OpenAiChatReasoning();
            reasoning.add(turn);
            blocks.add(new ReasoningBlock(turn.reasoning(true), null, reasoning.data()));
        }
        audio.add(turn.audio);
        if (turn.text.isEmpty() && !turn.audio.transcript.isEmpty()) {
            audio.spoken();
        }
        String text = audio.isSpoken() ? turn.audio.transcript : turn.text;
        OpenAiChatTextData textData = new OpenAiChatTextData();
        textData.add(turn);
        textData.addLogprobs(turn.logprobs);
        VendorData data = textData.data(event.sources, !text.isEmpty());
        if (!text.isEmpty() || data != null) {
            blocks.add(new ContentBlock.Text(text, data));
        }
        if (!turn.refusal.isEmpty()) {
            blocks.add(new ContentBlock.Refusal(turn.refusal));
        }
        turn.images.forEach(url -> blocks.add(image(url)));
        if (!turn.audio.base64.isEmpty()) {
            blocks.add(audio.block(turn.audio.base64, audio.data()));
        }
        return blocks;
    }

    static ContentBlock image(String url) {
        int comma = url.indexOf(";base64,");
        return new ContentBlock.Image(
                url.startsWith("data:image/") && comma > 0
                        ? new Message.Image.Data(url.substring("data:".length(), comma), url.substring(comma + 8))
                        : new Message.Image.Url(url),
                null);
    }
}
