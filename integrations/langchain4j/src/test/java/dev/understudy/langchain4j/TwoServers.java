package dev.understudy.langchain4j;

import dev.understudy.Understudy;
import dev.understudy.chat.ChatProvider;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.streaming.ResumePolicy;
import dev.understudy.streaming.ResumingProvider;
import dev.understudy.testing.ScriptedServer;

/** Two servers of one API, and models over a resuming understudy over both. */
final class TwoServers implements AutoCloseable {

    final ScriptedServer first = ScriptedServer.start();
    final ScriptedServer second = ScriptedServer.start();
    final Understudy understudy = Understudy.builder()
            .provider(provider("first", first))
            .provider(provider("second", second))
            .retry(RetryPolicy.none())
            .build();
    final ChatProvider resuming = ResumingProvider.over(understudy, ResumePolicy.exact());
    final UnderstudyChatModel model = UnderstudyChatModel.of(resuming, "gpt-5.6");
    final UnderstudyStreamingChatModel streaming = UnderstudyStreamingChatModel.of(resuming, "gpt-5.6");

    private static ChatProvider provider(String name, ScriptedServer server) {
        return Providers.openAiCompatible(Endpoint.of(name, server.url(), "key"), OpenAiCompatibility.defaults());
    }

    @Override
    public void close() {
        understudy.close();
        first.close();
        second.close();
    }
}
