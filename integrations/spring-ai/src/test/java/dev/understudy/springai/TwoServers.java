package dev.understudy.springai;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.streaming.ResumePolicy;
import dev.understudy.streaming.ResumingProvider;
import dev.understudy.testing.ScriptedServer;
import org.springframework.ai.chat.client.ChatClient;

/** Two servers of one API, a resuming understudy over both, and Spring AI's client on top. */
final class TwoServers implements AutoCloseable {

    final ScriptedServer first = ScriptedServer.start();
    final ScriptedServer second = ScriptedServer.start();
    final Understudy understudy = Understudy.builder()
            .provider(provider("first", first))
            .provider(provider("second", second))
            .retry(RetryPolicy.none())
            .build();
    final UnderstudyChatModel model =
            UnderstudyChatModel.of(ResumingProvider.over(understudy, ResumePolicy.exact()), "gpt-5.6");
    final ChatClient client = ChatClient.create(model);

    static ChatProvider provider(String name, ScriptedServer server) {
        return Providers.openAiCompatible(Endpoint.of(name, server.url(), "key"), OpenAiCompatibility.defaults());
    }

    @Override
    public void close() {
        understudy.close();
        first.close();
        second.close();
    }
}
