package dev.understudy.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.ChatResponseAggregator;
import dev.understudy.chat.ContentBlock;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.ServedBy;
import dev.understudy.chat.StreamChunk;
import dev.understudy.chat.Usage;
import dev.understudy.chat.VendorMetadata;
import dev.understudy.provider.AnswerForms.Wire;
import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sound that a model produced: its bytes, its transcript, and how it goes back. */
class SpokenAnswersTest {

    private static final ChatRequest ASK = ChatRequest.of("m", "Say hello.")
            .withExtra("openai-chat", "modalities", List.of("text", "audio"))
            .withExtra("openai-chat", "audio", Map.of("voice", "alloy", "format", "mp3"));

    private static final String SPOKEN = "{'choices':[{'index':0,'finish_reason':'stop','message':{'role':'assistant',"
            + "'content':null,'audio':{'id':'audio_1','data':'AQIDBA==','expires_at':1729018505,'transcript':'Hello.'}}}]}";

    private static final List<String> EVENTS = List.of(
            delta("'audio':{'id':'audio_1','transcript':'Hel'}"),
            delta("'audio':{'id':'audio_1','data':'AQ=='}"),
            delta("'audio':{'transcript':'lo.'}"),
            delta("'audio':{'data':'AgME'}"),
            delta("'audio':{'expires_at':1729018505}"),
            "{'choices':[{'index':0,'delta':{},'finish_reason':'stop'}]}");

    private static String delta(String delta) {
        return "{'choices':[{'index':0,'delta':{" + delta + "},'finish_reason':null}]}";
    }

    @Test
    void soundIsABlockBesideItsTranscript() {
        ChatResponse answer = AnswerForms.of(Wire.CHAT, ASK, SPOKEN, EVENTS);
        assertThat(answer.text()).isEqualTo("Hello.");
        assertThat(answer.blocks()).hasSize(2);
        assertThat(answer.blocks().get(1)).isInstanceOfSatisfying(ContentBlock.Audio.class, sound -> {
            assertThat(sound.mediaType()).isEqualTo("audio/mpeg");
            assertThat(sound.base64()).isEqualTo("AQIDBA==");
        });
    }

    @ParameterizedTest
    @CsvSource({"wav,audio/wav", "pcm16,audio/pcm;rate=24000", "flac,audio/flac"})
    void mediaTypeIsThatOfTheRequest(String format, String mediaType) {
        ChatRequest request = ChatRequest.of("m", "q").withExtra("openai-chat", "audio", Map.of("format", format));
        assertThat(AnswerForms.of(Wire.CHAT, request, SPOKEN, EVENTS).blocks().get(1))
                .isInstanceOfSatisfying(ContentBlock.Audio.class, sound -> assertThat(sound.mediaType())
                        .isEqualTo(mediaType));
    }

    @Test
    void soundGoesBackByItsId() {
        assertThat(AnswerForms.next(Wire.CHAT, ASK, SPOKEN))
                .contains("{\"role\":\"assistant\",\"content\":null,\"audio\":{\"id\":\"audio_1\"}}")
                .doesNotContain("AQIDBA");
    }

    @Test
    void otherVendorsGetTheTranscript() {
        ChatResponse answer = AnswerForms.of(Wire.CHAT, ASK, SPOKEN, EVENTS);
        for (ContentPartsTest.Target target : ContentPartsTest.Target.values()) {
            if (!target.name().startsWith("GEMINI")) {
                assertThat(target.body(Message.user("Say hello."), answer.message(), Message.user("Again.")))
                        .as(target.name())
                        .contains("Hello.")
                        .doesNotContain("audio_1")
                        .doesNotContain("AQIDBA");
            }
        }
    }

    @Test
    void emptyFieldOfSoundIsNoSound() {
        String empty = "'audio':{'id':'','data':'','expires_at':0,'transcript':''}";
        ChatResponse answer = AnswerForms.of(
                Wire.CHAT,
                ASK,
                "{'choices':[{'finish_reason':'stop','message':{'content':'Hi.'," + empty + "}}]}",
                List.of(
                        delta("'content':'Hi.'," + empty),
                        "{'choices':[{'index':0,'delta':{},'finish_reason':'stop'}]}"));
        assertThat(answer.blocks()).isEqualTo(List.of(new ContentBlock.Text("Hi.")));
    }

    @Test
    void textBesideSoundStaysTheText() {
        ChatResponse answer = AnswerForms.of(
                Wire.CHAT,
                ASK,
                "{'choices':[{'finish_reason':'stop','message':{'content':'Written.','audio':{'id':'a1','data':'AQID',"
                        + "'transcript':'Spoken.'}}}]}",
                List.of(
                        delta("'content':'Written.'"),
                        delta("'audio':{'id':'a1','data':'AQID','transcript':'Spoken.'}"),
                        "{'choices':[{'index':0,'delta':{},'finish_reason':'stop'}]}"));
        assertThat(answer.text()).isEqualTo("Written.");
        assertThat(AnswerForms.next(
                        Wire.CHAT,
                        ASK,
                        "{'choices':[{'finish_reason':'stop','message':{'content':'Written.','audio':{'id':'a1',"
                                + "'data':'AQID','transcript':'Spoken.'}}}]}"))
                .contains("\"content\":\"Written.\",\"audio\":{\"id\":\"a1\"}");
    }

    @Test
    void geminiSoundIsABlock() {
        String part = "{'inlineData':{'mimeType':'audio/L16;rate=24000','data':'AQID'}}";
        ChatResponse answer = AnswerForms.of(
                Wire.GEMINI,
                ASK,
                "{'candidates':[{'content':{'parts':[" + part + "]},'finishReason':'STOP'}]}",
                List.of("{'candidates':[{'content':{'parts':[" + part + "]},'finishReason':'STOP'}]}"));
        assertThat(answer.blocks()).isEqualTo(List.of(new ContentBlock.Audio("audio/L16;rate=24000", "AQID", null)));
    }

    @ParameterizedTest
    @CsvSource({"1;2;3;4", "1,2;3,4,5;6", "1,2,3;4,5;6,7,8,9", "1", "1,2;3"})
    void fragmentsOfSoundAreJoinedByTheirBytes(String lengths) {
        ChatResponseAggregator answer = new ChatResponseAggregator();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String fragment : lengths.split(";")) {
            byte[] bytes = new byte[fragment.split(",").length];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = Byte.parseByte(fragment.split(",")[i]);
            }
            all.writeBytes(bytes);
            String base64 = Base64.getEncoder().encodeToString(bytes);
            answer.add(new StreamChunk.Block(new ContentBlock.Audio("audio/wav", base64, null), 3));
        }
        answer.add(
                new StreamChunk.Finish(FinishReason.STOP, Usage.none(), VendorMetadata.none(), ServedBy.by("p", "m")));
        assertThat(answer.response().blocks())
                .isEqualTo(List.of(new ContentBlock.Audio(
                        "audio/wav", Base64.getEncoder().encodeToString(all.toByteArray()), null)));
    }
}
