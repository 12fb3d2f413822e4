package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.Providers;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.test.StepVerifier;

/** Providers whose host resolves to addresses of the test, which are checked when a connection is opened. */
class AddressCheckTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    /** Answers with one address after the other, the last one again and again. */
    private static final class Names extends AddressResolverGroup<InetSocketAddress> {

        private final List<String> addresses;
        private final AtomicInteger asked = new AtomicInteger();

        Names(String... addresses) {
            this.addresses = List.of(addresses);
        }

        private List<InetAddress> next() throws UnknownHostException {
            int index = Math.min(asked.getAndIncrement(), addresses.size() - 1);
            return List.of(InetAddress.getByName(addresses.get(index)));
        }

        @Override
        protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
            return new InetNameResolver(executor) {
                @Override
                protected void doResolve(String host, Promise<InetAddress> promise) throws Exception {
                    promise.setSuccess(next().get(0));
                }

                @Override
                protected void doResolveAll(String host, Promise<List<InetAddress>> promise) throws Exception {
                    promise.setSuccess(next());
                }
            }.asAddressResolver();
        }
    }

    private static ChatProvider provider(int port, Transport.Addresses addresses, Names names) {
        Transport transport = Transport.defaults()
                .withWire(Transport.Wire.UNENCRYPTED)
                .withProxy(Transport.Proxy.none())
                .withAddresses(addresses)
                .withConnect(Duration.ofSeconds(2))
                .withClient(client -> client.resolver(names));
        return Providers.openAiCompatible(
                Endpoint.of("p", "http://vendor.example:" + port + "/v1", transport, "k"),
                OpenAiCompatibility.defaults());
    }

    private static void assertRefused(Throwable error) {
        assertThat(error).isInstanceOfSatisfying(CallFailed.class, failed -> {
            assertThat(failed.failure().kind()).isEqualTo(FailureKind.CONNECT);
            assertThat(failed.failure().message()).contains("address of the host is not allowed");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200", "::ffff:169.254.169.254"})
    void metadataAddressIsRefusedByDefault(String address) {
        ChatProvider provider = provider(80, Transport.Addresses.PRIVATE, new Names(address));
        ChatRequest request = ChatRequest.of("m", "hi");
        StepVerifier.create(provider.chat(request))
                .expectErrorSatisfies(AddressCheckTest::assertRefused)
                .verify(SOON);
        StepVerifier.create(provider.stream(request))
                .expectErrorSatisfies(AddressCheckTest::assertRefused)
                .verify(SOON);
    }

    @Test
    void nameThatIsReboundIsRefusedAtTheNextConnection() {
        try (ScriptedServer server =
                ScriptedServer.start().always(ScriptedReply.text("Hello.").withHeader("connection", "close"))) {
            ChatProvider provider =
                    provider(server.port(), Transport.Addresses.PRIVATE, new Names("127.0.0.1", "169.254.169.254"));
            StepVerifier.create(provider.chat(ChatRequest.of("m", "hi")))
                    .expectNextCount(1)
                    .expectComplete()
                    .verify(SOON);
            StepVerifier.create(provider.chat(ChatRequest.of("m", "hi")))
                    .expectErrorSatisfies(AddressCheckTest::assertRefused)
                    .verify(SOON);
            assertThat(server.calls()).hasSize(1);
        }
    }

    @Test
    void localServerIsRefusedWhereOnlyPublicAddressesAreAllowed() {
        try (ScriptedServer server = ScriptedServer.start().always(ScriptedReply.text("Hello."))) {
            ChatProvider provider = provider(server.port(), Transport.Addresses.PUBLIC, new Names("127.0.0.1"));
            StepVerifier.create(provider.stream(ChatRequest.of("m", "hi")))
                    .expectErrorSatisfies(AddressCheckTest::assertRefused)
                    .verify(SOON);
            assertThat(server.connectionsOpened()).isZero();
        }
    }
}
