package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Web pages of other origins, ids of requests, and HTTPS. */
@Timeout(60)
class BrowserAndTlsTest {

    private static final String PAGE = "https://app.example.com";
    private static final String TOKEN = "client-token-canary";

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private Gateway gateway;

    @AfterEach
    void close() {
        if (gateway != null) {
            gateway.close();
        }
    }

    private GatewayClient start(String... options) {
        List<String> arguments = new ArrayList<>(List.of("--demo", "--port", "0"));
        arguments.addAll(List.of(options));
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        gateway = CommandLine.run(arguments, Map.of("GATEWAY_TOKEN", TOKEN), folder, print, print)
                .gateway();
        return gateway == null ? null : new GatewayClient(gateway.port());
    }

    private static GatewayClient.Response call(GatewayClient client, String... headers) {
        List<String> all = new ArrayList<>(List.of("authorization", "Bearer " + TOKEN));
        all.addAll(List.of(headers));
        return client.post(GatewayClient.body("quiet", false), all.toArray(String[]::new));
    }

    private HttpResponse<String> preflight(String origin) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.port() + "/v1/chat/completions"))
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .header("origin", origin)
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "authorization,x-stainless-os")
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String field(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    @Test
    void pagesOfAllowedOriginsMayCall() throws Exception {
        GatewayClient client = start("--cors-origins", PAGE + ", http://localhost:3000");
        HttpResponse<String> preflight = preflight(PAGE);
        assertThat(preflight.statusCode()).isEqualTo(204);
        assertThat(field(preflight, "access-control-allow-origin")).isEqualTo(PAGE);
        assertThat(field(preflight, "access-control-allow-headers")).isEqualTo("authorization,x-stainless-os");
        assertThat(field(preflight, "access-control-allow-methods")).contains("POST");
        GatewayClient.Response response = call(client, "origin", PAGE);
        assertThat(response.header("access-control-allow-origin")).isEqualTo(PAGE);
        assertThat(response.header("access-control-expose-headers")).contains("x-request-id", "retry-after");
        assertThat(response.header("vary")).containsIgnoringCase("origin");
        GatewayClient.Response refused =
                client.post(GatewayClient.body("quiet", false), "origin", PAGE, "authorization", "Bearer wrong");
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.header("access-control-allow-origin")).isEqualTo(PAGE);
    }

    @Test
    void pagesOfOtherOriginsGetNoPermission() throws Exception {
        GatewayClient client = start("--cors-origins", PAGE);
        HttpResponse<String> preflight = preflight("https://evil.example.com");
        assertThat(preflight.statusCode()).isEqualTo(403);
        assertThat(field(preflight, "access-control-allow-origin")).isEmpty();
        assertThat(call(client, "origin", "https://evil.example.com").header("access-control-allow-origin"))
                .isEmpty();
    }

    @Test
    void withoutTheOptionNoPageIsAllowed() throws Exception {
        GatewayClient client = start();
        assertThat(field(preflight(PAGE), "access-control-allow-origin")).isEmpty();
        assertThat(call(client, "origin", PAGE).header("access-control-allow-origin"))
                .isEmpty();
    }

    @Test
    void idOfTheRequestIsTheClientsOrANewOne() {
        GatewayClient client = start();
        assertThat(call(client, "x-request-id", "trace-17").header("x-request-id"))
                .isEqualTo("trace-17");
        String first = call(client).header("x-request-id");
        assertThat(first).startsWith("req_").isNotEqualTo(call(client).header("x-request-id"));
        assertThat(call(client, "x-request-id", "a b").header("x-request-id")).startsWith("req_");
        assertThat(client.chat("quiet").status()).isEqualTo(401);
        assertThat(client.chat("quiet").header("x-request-id")).startsWith("req_");
    }

    @Test
    void certificateAndKeyServeHttps() throws Exception {
        X509Bundle bundle = new CertificateBuilder()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Path certificate = Files.writeString(folder.resolve("tls.crt"), bundle.getCertificatePathPEM());
        Path key = Files.writeString(folder.resolve("tls.key"), bundle.getPrivateKeyPEM());
        start("--tls-certificate", certificate.toString(), "--tls-key", key.toString());
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Listening on https://127.0.0.1:");
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("gateway", bundle.getCertificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("https://localhost:" + gateway.port() + "/v1/chat/completions"))
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + TOKEN)
                .POST(HttpRequest.BodyPublishers.ofString(GatewayClient.body("cut", true)))
                .build();
        HttpResponse<String> response =
                HttpClient.newBuilder().sslContext(tls).build().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("word60").endsWith("data: [DONE]\n\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--tls-key nowhere.key | --tls-certificate and --tls-key are given together",
                "--tls-certificate no.crt --tls-key no.key | no.crt does not exist",
                "--tls-certificate junk --tls-key junk | are no certificate and its key",
                "--cors-origins app.example.com | --cors-origins has an entry that is no origin"
            })
    void unusableOptionsAreOneSentence(String line) throws Exception {
        Files.writeString(folder.resolve("junk"), "junk");
        String[] parts = line.split(" \\| ");
        assertThat(start(parts[0].split(" "))).isNull();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains(parts[1]).doesNotContain("Exception");
    }
}
