package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.Providers;
import dev.understudy.provider.TunnelProxy;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.endpoint.TlsTrust;
import dev.understudy.provider.endpoint.Transport;
import dev.understudy.provider.endpoint.Transport.Proxy;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;
import reactor.test.StepVerifier;

/** The ways to a server, on real sockets: proxies, client certificates, server names, Unix sockets, event loops. */
class NetworkRouteTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final ChatRequest REQUEST = ChatRequest.of("m", "hi");
    private static final X509Bundle VENDOR = certificate("vendor.example");
    private static final String ANSWER =
            "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"It rains\"},\"finish_reason\":\"stop\"}]}";

    @TempDir
    private Path folder;

    private static X509Bundle certificate(String name) {
        try {
            return new CertificateBuilder()
                    .ecp256()
                    .subject("CN=" + name)
                    .addSanDnsName(name)
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static ChatProvider provider(String url, Transport transport) {
        return Providers.openAiCompatible(
                Endpoint.of("vendor", url, transport, "key-of-vendor"), OpenAiCompatibility.defaults());
    }

    private static ScriptedServer vendor() {
        return ScriptedServer.startTls(VENDOR.getKeyPair().getPrivate(), VENDOR.getCertificate())
                .always(ScriptedReply.text("It rains"));
    }

    private static Transport trusting() {
        return Transport.defaults().withTrust(TlsTrust.only(VENDOR.getCertificate()));
    }

    private static void answers(ChatProvider provider) {
        StepVerifier.create(provider.chat(REQUEST).map(ChatResponse::text))
                .expectNext("It rains")
                .expectComplete()
                .verify(SOON);
    }

    private static Failure failure(ChatProvider provider) {
        Throwable[] failed = new Throwable[1];
        StepVerifier.create(provider.chat(REQUEST))
                .expectErrorSatisfies(error -> failed[0] = error)
                .verify(SOON);
        return ((CallFailed) failed[0]).failure();
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.Wire.class,
            names = {"HTTP1", "HTTP2"})
    void httpProxyIsAskedToConnect(Transport.Wire wire) throws IOException {
        try (ScriptedServer server = vendor();
                TunnelProxy proxy = TunnelProxy.http(server.port());
                ChatProvider provider = provider(
                        "https://vendor.example/v1",
                        trusting()
                                .withWire(wire)
                                .withProxy(Proxy.http("127.0.0.1", proxy.port())
                                        .withCredentials("ada", Secret.of("lovelace"))))) {
            answers(provider);
            StepVerifier.create(provider.stream(REQUEST))
                    .thenConsumeWhile(any -> true)
                    .verifyComplete();
            // The second call may come before the first one's connection is back in the pool.
            assertThat(proxy.asked())
                    .containsOnly("vendor.example:443")
                    .hasSizeLessThanOrEqualTo(wire == Transport.Wire.HTTP2 ? 1 : 2);
            assertThat(proxy.credentials()).containsOnly("Basic YWRhOmxvdmVsYWNl");
            assertThat(server.requests()).hasSize(2);
        }
    }

    @Test
    void socksProxyResolvesTheName() throws IOException {
        try (ScriptedServer server = ScriptedServer.start().always(ScriptedReply.text("It rains"));
                TunnelProxy proxy = TunnelProxy.socks5(server.port());
                ChatProvider provider = provider(
                        "http://vendor.example:8000/v1",
                        Transport.defaults()
                                .withWire(Transport.Wire.UNENCRYPTED)
                                .withProxy(Proxy.socks5("127.0.0.1", proxy.port())
                                        .withCredentials("ada", Secret.of("lovelace"))))) {
            answers(provider);
            assertThat(proxy.asked()).containsExactly("vendor.example:8000");
            assertThat(proxy.credentials()).containsExactly("ada:lovelace");
        }
    }

    @Test
    void exceptionIsReachedDirectly() throws IOException {
        try (ScriptedServer server = ScriptedServer.start().always(ScriptedReply.text("It rains"));
                TunnelProxy proxy = TunnelProxy.http(server.port());
                ChatProvider provider = provider(
                        server.url(),
                        Transport.defaults()
                                .withProxy(Proxy.http("127.0.0.1", proxy.port()).withExcept("127.0.0.0/8")))) {
            answers(provider);
            assertThat(proxy.asked()).isEmpty();
        }
    }

    @Test
    void refusalOfTheProxyIsAFailedConnection() throws IOException {
        try (TunnelProxy proxy = TunnelProxy.http(1).refusing("HTTP/1.1 407 Proxy Authentication Required");
                ChatProvider provider = provider(
                        "https://vendor.example/v1",
                        trusting()
                                .withProxy(Proxy.http("127.0.0.1", proxy.port())
                                        .withCredentials("ada", Secret.of("wrong-password"))))) {
            Failure failure = failure(provider);
            assertThat(failure.kind()).isEqualTo(FailureKind.CONNECT);
            assertThat(failure.message()).contains("407").doesNotContain("wrong-password");
        }
    }

    @Test
    void clientIdentifiesItselfByItsCertificate() throws Exception {
        X509Bundle client = certificate("client");
        SslContext tls = SslContextBuilder.forServer(VENDOR.getKeyPair().getPrivate(), VENDOR.getCertificate())
                .trustManager(client.getCertificate())
                .clientAuth(ClientAuth.REQUIRE)
                .build();
        DisposableServer server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .secure(spec -> spec.sslContext(tls))
                .handle((request, response) ->
                        response.header("content-type", "application/json").sendString(Mono.just(ANSWER)))
                .bindNow();
        Path certificate = Files.writeString(folder.resolve("client.pem"), client.getCertificatePEM());
        Path key = Files.writeString(folder.resolve("client.key"), client.getPrivateKeyPEM());
        String url = "https://127.0.0.1:" + server.port() + "/v1";
        Transport named = trusting().withServerName("vendor.example");
        try (ChatProvider known =
                        provider(url, named.withClientCertificate(Transport.ClientCertificate.of(certificate, key)));
                ChatProvider unknown = provider(url, named)) {
            answers(known);
            assertThat(failure(unknown).kind()).isEqualTo(FailureKind.CONNECT);
        } finally {
            server.disposeNow();
        }
    }

    @Test
    void serverNameIsSentAndChecked() {
        try (ScriptedServer server = vendor();
                ChatProvider named = provider(
                        server.url().replace("http:", "https:"), trusting().withServerName("vendor.example"));
                ChatProvider other = provider(
                        server.url().replace("http:", "https:"), trusting().withServerName("other.example"))) {
            answers(named);
            assertThat(failure(other).kind()).isEqualTo(FailureKind.CONNECT);
        }
    }

    @Test
    void serverAtAUnixSocketAnswers() {
        Assumptions.assumeTrue(Epoll.isAvailable());
        Path socket = folder.resolve("model.sock");
        Set<String> hosts = ConcurrentHashMap.newKeySet();
        DisposableServer server = HttpServer.create()
                .bindAddress(() -> new DomainSocketAddress(socket.toString()))
                .route(routes -> routes.post("/v1/chat/completions", (request, response) -> {
                    hosts.add(
                            Objects.requireNonNullElse(request.requestHeaders().get("host"), ""));
                    return response.header("content-type", "application/json").sendString(Mono.just(ANSWER));
                }))
                .bindNow();
        try (ChatProvider provider =
                provider("http://model/v1", Transport.defaults().withUnixSocket(socket))) {
            answers(provider);
            assertThat(hosts).containsExactly("model");
        } finally {
            server.disposeNow();
        }
    }

    @Test
    void urlOfAUnixSocketIsHttp() {
        Transport transport = Transport.defaults().withUnixSocket(Path.of("/run/model.sock"));
        assertThatThrownBy(() -> Endpoint.of("model", "https://model/v1", transport))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("http URL");
    }

    @Test
    void callerChangesTheHttpClientButNotItsLimits() {
        LoopResources loops = LoopResources.create("loops-of-the-application", 1, true);
        Set<String> threads = ConcurrentHashMap.newKeySet();
        try (ScriptedServer server =
                        ScriptedServer.start().then(ScriptedReply.status(302), ScriptedReply.text("It rains"));
                ChatProvider provider =
                        provider(server.url(), Transport.defaults().withClient(client -> client.runOn(loops)
                                .option(ChannelOption.SO_RCVBUF, 65_536)
                                .followRedirect(true)
                                .doOnConnected(connection ->
                                        threads.add(Thread.currentThread().getName()))))) {
            assertThat(failure(provider).kind()).isEqualTo(FailureKind.PROTOCOL);
            answers(provider);
            assertThat(threads).isNotEmpty().allMatch(name -> name.startsWith("loops-of-the-application"));
        } finally {
            loops.disposeLater().block(SOON);
        }
    }

    @Test
    void resolverOfTheJvmFindsTheHost() {
        try (ScriptedServer server = ScriptedServer.start().always(ScriptedReply.text("It rains"));
                ChatProvider jvm = provider(
                        server.url().replace("127.0.0.1", "localhost"),
                        Transport.defaults().withDns(Transport.Dns.ofJvm()));
                ChatProvider cached = provider(
                        server.url().replace("127.0.0.1", "localhost"),
                        Transport.defaults()
                                .withDns(new Transport.Dns(false, Duration.ofSeconds(1), Duration.ofSeconds(2))))) {
            answers(jvm);
            answers(cached);
        }
    }

    @Test
    void plainHttpIsAllowedInOneExpression() {
        Endpoint endpoint = Endpoint.of(
                "inner", "http://model.inner:8000/v1", Transport.defaults().withWire(Transport.Wire.UNENCRYPTED), "k");
        assertThat(endpoint.baseUrl()).hasHost("model.inner");
        assertThat(endpoint.keys()).isEqualTo(List.of(Secret.of("k")));
    }

    @Test
    void optionsShowNoPassword() {
        Transport transport =
                Transport.defaults().withProxy(Proxy.http("gate", 3128).withCredentials("ada", Secret.of("lovelace")));
        Endpoint endpoint = Endpoint.of("vendor", "https://vendor.example", transport);
        assertThat(endpoint.toString()).contains("gate").doesNotContain("lovelace");
        assertThat(endpoint.secrets()).containsExactly(Secret.of("lovelace"));
    }
}
