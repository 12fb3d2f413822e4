package dev.understudy.springai;

import dev.understudy.adapter.BlockCodec;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.ResponseFormat;
import dev.understudy.chat.SamplingParameters;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.content.Media;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.definition.DefaultToolDefinition;
import org.springframework.ai.tool.definition.ToolDefinition;
import tools.jackson.databind.json.JsonMapper;

/** Maps a request to a prompt of Spring AI with options of the model's own class. */
final class PromptMapper {

    private PromptMapper() {}

    /**
     * Maps a request.
     *
     * @param request the request
     * @param defaults options of the model
     * @param leftOut receives the names of the parts that Spring AI has no word for
     * @return the prompt
     */
    static Prompt prompt(ChatRequest request, ChatOptions defaults, Consumer<String> leftOut) {
        List<org.springframework.ai.chat.messages.Message> messages = new ArrayList<>();
        for (Message message : request.messages()) {
            add(message, messages, leftOut);
        }
        return new Prompt(messages, options(request, defaults, leftOut));
    }

    private static void add(
            Message message, List<org.springframework.ai.chat.messages.Message> messages, Consumer<String> leftOut) {
        if (message instanceof Message.System system) {
            messages.add(new SystemMessage(system.text()));
        } else if (message instanceof Message.User user) {
            List<Media> media = user.parts().stream()
                    .filter(part -> !(part instanceof Message.Part.Text))
                    .map(MediaMapper::media)
                    .toList();
            messages.add(UserMessage.builder().text(user.text()).media(media).build());
        } else if (message instanceof Message.Assistant assistant) {
            messages.add(assistant(assistant));
        } else if (message instanceof Message.ToolResult result) {
            if (!result.media().isEmpty()) {
                leftOut.accept("tool result media");
            }
            if (result.error()) {
                leftOut.accept("error flag of a tool result");
            }
            result(new ToolResponseMessage.ToolResponse(result.callId(), result.name(), result.content()), messages);
        }
    }

    private static AssistantMessage assistant(Message.Assistant message) {
        Map<String, Object> properties = new HashMap<>(AnswerMapper.properties(message.blocks()));
        if (BlockCodec.isNeeded(message.blocks())) {
            properties.put(MetadataKeys.BLOCKS, BlockCodec.write(message.blocks()));
        }
        return AssistantMessage.builder()
                .content(message.text())
                .properties(properties)
                .toolCalls(
                        message.toolCalls().stream().map(ResponseMapper::call).toList())
                .media(MediaMapper.media(message.blocks()))
                .build();
    }

    /** Adds a result to the message before, which holds all results of one turn. */
    private static void result(
            ToolResponseMessage.ToolResponse result, List<org.springframework.ai.chat.messages.Message> messages) {
        List<ToolResponseMessage.ToolResponse> results = new ArrayList<>();
        int last = messages.size() - 1;
        if (last >= 0 && messages.get(last) instanceof ToolResponseMessage before) {
            results.addAll(before.getResponses());
            messages.remove(last);
        }
        results.add(result);
        messages.add(ToolResponseMessage.builder().responses(results).build());
    }

    private static ChatOptions options(ChatRequest request, ChatOptions defaults, Consumer<String> leftOut) {
        ChatOptions.Builder<?> builder = defaults.mutate();
        builder.model(request.model());
        sampling(request.sampling(), builder);
        if (builder instanceof ToolCallingChatOptions.Builder<?> calling) {
            calling.toolCallbacks(callbacks(request.toolSet()));
        } else if (!request.toolSet().isEmpty()) {
            leftOut.accept("tools");
        }
        format(request.format(), builder, leftOut);
        unsupported(request).forEach((name, set) -> {
            if (set) {
                leftOut.accept(name);
            }
        });
        return builder.build();
    }

    private static void sampling(SamplingParameters sampling, ChatOptions.Builder<?> builder) {
        if (sampling.temperature() != null) {
            builder.temperature(sampling.temperature());
        }
        if (sampling.topP() != null) {
            builder.topP(sampling.topP());
        }
        if (sampling.topK() != null) {
            builder.topK(sampling.topK());
        }
        if (sampling.maxTokens() != null) {
            builder.maxTokens(sampling.maxTokens());
        }
        if (sampling.frequencyPenalty() != null) {
            builder.frequencyPenalty(sampling.frequencyPenalty());
        }
        if (sampling.presencePenalty() != null) {
            builder.presencePenalty(sampling.presencePenalty());
        }
        if (!sampling.stop().isEmpty()) {
            builder.stopSequences(sampling.stop());
        }
    }

    private static void format(ResponseFormat format, ChatOptions.Builder<?> builder, Consumer<String> leftOut) {
        if (format instanceof ResponseFormat.JsonSchema schema
                && builder instanceof StructuredOutputChatOptions.Builder<?> structured) {
            structured.outputSchema(JsonMapper.shared().writeValueAsString(schema.schema()));
            if (!schema.strict()) {
                leftOut.accept("schema that is not enforced");
            }
        } else if (!(format instanceof ResponseFormat.Text)) {
            leftOut.accept("response format");
        }
    }

    private static Map<String, Boolean> unsupported(ChatRequest request) {
        ChatRequest.Options options = request.options();
        Map<String, Boolean> set = new LinkedHashMap<>();
        set.put("seed", request.sampling().seed() != null);
        set.put("tool choice", !request.toolSet().choice().equals(ToolSet.Choice.auto()));
        set.put("strict", request.toolSet().tools().stream().anyMatch(Tool::strict));
        set.put("reasoning", options.reasoning() != null);
        set.put("parallel tool calls", options.parallelToolCalls() != null);
        set.put("service tier", options.serviceTier() != null);
        set.put("user", options.user() != null);
        set.put("metadata", !options.metadata().isEmpty());
        set.put("logprobs", options.topLogprobs() != null);
        set.put("headers", !options.headers().isEmpty() || options.idempotencyKey() != null);
        set.put("extra", !request.extra().isEmpty());
        set.put("cache hints", hasCacheHints(request));
        return set;
    }

    private static boolean hasCacheHints(ChatRequest request) {
        return request.messages().stream().anyMatch(message -> message.cacheHint() != Message.CacheHint.NONE)
                || request.toolSet().tools().stream().anyMatch(tool -> tool.cacheHint() != Message.CacheHint.NONE);
    }

    private static List<ToolCallback> callbacks(ToolSet tools) {
        return tools.choice().mode() == ToolSet.Choice.Mode.NONE
                ? List.of()
                : tools.tools().stream()
                        .<ToolCallback>map(tool -> new Declaration(DefaultToolDefinition.builder()
                                .name(tool.name())
                                .description(tool.description())
                                .inputSchema(JsonMapper.shared().writeValueAsString(tool.schema()))
                                .build()))
                        .toList();
    }

    /**
     * A tool that a model may know of and must not run: the caller of the provider runs it.
     *
     * @param definition name, description and schema
     */
    private record Declaration(ToolDefinition definition) implements ToolCallback {
        @Override
        public ToolDefinition getToolDefinition() {
            return definition;
        }

        @Override
        public String call(String arguments) {
            throw new UnsupportedOperationException("Tools are run by the caller: " + definition.name());
        }
    }
}
