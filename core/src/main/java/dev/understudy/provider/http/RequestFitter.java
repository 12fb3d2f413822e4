package dev.understudy.provider.http;

import dev.understudy.chat.CallScope;
import dev.understudy.chat.Capabilities;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ProviderEvent;
import dev.understudy.provider.conversation.ConversationFitter;
import dev.understudy.provider.conversation.ConversationRules;
import dev.understudy.provider.conversation.FittedConversation;
import dev.understudy.provider.dialect.Dialect;
import dev.understudy.provider.dialect.RequestOption;
import dev.understudy.provider.http.EncodedBody.Same;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Fits requests to the target: without data of other origins, in a form of conversation that it accepts, and with at
 * most the tokens that the model answers with. Reports each change. The caller's request is not changed.
 */
final class RequestFitter {

    /** Equal for equal results. Copies of a request for another attempt share messages and tools. */
    private record Key(OriginScope originScope, ConversationRules rules, Same messages, Same toolSet) {}

    private final String provider;
    private final Dialect dialect;
    private final OriginScope originScope;
    private final Function<String, Capabilities> capabilities;

    /** @param capabilities capabilities of a model, by its name */
    RequestFitter(
            String provider, Dialect dialect, OriginScope originScope, Function<String, Capabilities> capabilities) {
        this.provider = provider;
        this.dialect = dialect;
        this.originScope = originScope;
        this.capabilities = capabilities;
    }

    ChatRequest fit(ChatRequest request, CallScope scope) {
        Consumer<String> changes = parameter -> scope.report(
                new ProviderEvent.RequestAdapted(provider, request.model(), parameter, ProviderEvent.Change.REWRITTEN));
        ChatRequest fitted = conversation(request, scope, changes);
        Integer limit = capabilities.apply(request.model()).maxOutput();
        Integer requested = fitted.sampling().maxTokens();
        if (limit != null && requested != null && requested > limit) {
            changes.accept("max_tokens");
            fitted = fitted.withMaxTokens(limit);
        }
        ChatRequest whole = fitted;
        for (RequestOption option : RequestOption.of(whole)) {
            if (!dialect.accepts(option, whole)) {
                scope.report(new ProviderEvent.RequestAdapted(
                        provider, request.model(), option.parameter(), ProviderEvent.Change.LEFT_OUT));
            }
        }
        return dialect.fitted(whole, changes);
    }

    @SuppressWarnings("ReferenceEquality") // rules return the same objects when they change nothing
    private ChatRequest conversation(ChatRequest request, CallScope scope, Consumer<String> changes) {
        ConversationRules rules = dialect.conversationRules(request.model());
        originScope
                .withheld(request, rules.turns().contains(ConversationRules.Turn.IMAGES))
                .forEach(content -> scope.report(new ProviderEvent.RequestAdapted(
                        provider, request.model(), content, ProviderEvent.Change.LEFT_OUT)));
        ChatRequest sent = originScope.sent(request);
        FittedConversation fitted = ConversationFitter.fit(sent.messages(), request.toolSet(), rules);
        if (fitted.messages() == request.messages() && fitted.toolSet() == request.toolSet()) {
            return request;
        }
        fitted.changes().forEach(changes);
        FittedConversation first = scope.computeOnce(
                new Key(originScope, rules, new Same(request.messages()), new Same(request.toolSet())),
                FittedConversation.class,
                () -> fitted);
        return new ChatRequest(
                request.model(),
                first.messages(),
                first.toolSet(),
                request.format(),
                request.sampling(),
                request.extra(),
                request.options());
    }
}
