package dev.understudy.provider.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.provider.endpoint.Secret;
import dev.understudy.provider.endpoint.Transport.Proxy;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxyRouteTest {

    private static final String VENDOR = "https://api.vendor.example/v1";

    private static @Nullable Proxy system(String url, Map<String, String> properties, Map<String, String> variables) {
        return ProxyRoute.of(Proxy.system(), URI.create(url), properties::get, variables::get);
    }

    private static String shown(@Nullable Proxy proxy) {
        return proxy == null ? "direct" : proxy.kind() + " " + proxy.host() + " " + proxy.port();
    }

    @Test
    void propertiesOfTheJvmNameTheProxy() {
        Map<String, String> properties = Map.of("https.proxyHost", "gate", "https.proxyPort", "3128");
        assertThat(shown(system(VENDOR, properties, Map.of()))).isEqualTo("HTTP gate 3128");
        assertThat(shown(system("http://api.vendor.example/v1", properties, Map.of())))
                .isEqualTo("direct");
        assertThat(shown(system(VENDOR, Map.of("https.proxyHost", "gate"), Map.of())))
                .isEqualTo("HTTP gate 443");
        assertThat(shown(system("http://x.example", Map.of("http.proxyHost", "gate"), Map.of())))
                .isEqualTo("HTTP gate 80");
        assertThat(shown(system(VENDOR, Map.of("socksProxyHost", "gate", "socksProxyVersion", "4"), Map.of())))
                .isEqualTo("SOCKS4 gate 1080");
        assertThat(shown(system(VENDOR, Map.of(), Map.of()))).isEqualTo("direct");
    }

    @Test
    void userAndPasswordOfTheJvmAreSent() {
        Proxy proxy = system(
                VENDOR,
                Map.of("https.proxyHost", "gate", "https.proxyUser", "ada", "https.proxyPassword", "s3cret"),
                Map.of());
        assertThat(proxy).isNotNull();
        assertThat(proxy.user()).isEqualTo("ada");
        assertThat(proxy.password()).isEqualTo(Secret.of("s3cret"));
        assertThat(proxy.toString()).doesNotContain("s3cret");
    }

    @ParameterizedTest
    @CsvSource({
        "*.vendor.example, direct",
        "api.vendor.example|other, direct",
        "vendor.example, HTTP gate 443",
        "'', HTTP gate 443",
        "10.*|localhost, HTTP gate 443"
    })
    void nonProxyHostsAreReachedDirectly(String direct, String expected) {
        Map<String, String> properties = Map.of("https.proxyHost", "gate", "http.nonProxyHosts", direct);
        assertThat(shown(system(VENDOR, properties, Map.of()))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "HTTPS_PROXY, http://gate:3128, HTTP gate 3128",
        "https_proxy, gate:3128, HTTP gate 3128",
        "HTTPS_PROXY, http://gate, HTTP gate 80",
        "ALL_PROXY, socks5h://gate, SOCKS5 gate 1080",
        "all_proxy, socks4a://gate:1, SOCKS4 gate 1",
        "HTTP_PROXY, http://gate:3128, direct"
    })
    void variablesOfTheEnvironmentNameTheProxy(String variable, String value, String expected) {
        assertThat(shown(system(VENDOR, Map.of(), Map.of(variable, value)))).isEqualTo(expected);
    }

    @Test
    void propertiesPrecedeVariables() {
        assertThat(shown(system(VENDOR, Map.of("https.proxyHost", "gate"), Map.of("HTTPS_PROXY", "http://other:1"))))
                .isEqualTo("HTTP gate 443");
    }

    @Test
    void headerFieldOfACgiRequestNamesNoProxy() {
        Map<String, String> variables = Map.of("HTTP_PROXY", "http://evil:1", "REQUEST_METHOD", "GET");
        assertThat(shown(system("http://x.example", Map.of(), variables))).isEqualTo("direct");
        assertThat(shown(system("http://x.example", Map.of(), Map.of("HTTP_PROXY", "http://gate:1"))))
                .isEqualTo("HTTP gate 1");
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.vendor.example, vendor.example, direct",
        "https://api.vendor.example, .vendor.example, direct",
        "https://vendor.example, .vendor.example, direct",
        "https://notvendor.example, vendor.example, HTTP gate 1",
        "https://api.vendor.example, *, direct",
        "https://api.vendor.example, api.*, direct",
        "https://api.vendor.example, api.vendor.example:443, direct",
        "https://api.vendor.example, api.vendor.example:8443, HTTP gate 1",
        "https://api.vendor.example:8443, api.vendor.example:8443, direct",
        "https://10.1.2.3, 10.0.0.0/8, direct",
        "https://11.1.2.3, 10.0.0.0/8, HTTP gate 1",
        "https://10.1.2.3, 10.1.2.3, direct",
        "https://api.vendor.example, 'a.example, vendor.example', direct",
        "https://api.vendor.example, '', HTTP gate 1"
    })
    void exceptionsAreReachedDirectly(String url, String noProxy, String expected) {
        Map<String, String> variables = new HashMap<>(Map.of("HTTPS_PROXY", "http://gate:1"));
        variables.put("NO_PROXY", noProxy);
        assertThat(shown(system(url, Map.of(), variables))).isEqualTo(expected);
        Proxy named = Proxy.http("gate", 1).withExcept(noProxy.isEmpty() ? new String[0] : noProxy.split(", "));
        assertThat(shown(ProxyRoute.of(named, URI.create(url), any -> null, any -> null)))
                .isEqualTo(expected);
    }

    @Test
    void loopbackIsReachedDirectlyUnlessAProxyIsNamed() {
        Map<String, String> variables = Map.of("http_proxy", "http://gate:1");
        assertThat(shown(system("http://127.0.0.1:8080/v1", Map.of(), variables)))
                .isEqualTo("direct");
        assertThat(shown(ProxyRoute.of(
                        Proxy.http("gate", 1), URI.create("http://127.0.0.1:8080/v1"), any -> null, any -> null)))
                .isEqualTo("HTTP gate 1");
    }

    @Test
    void noneIsDirectWhateverTheEnvironmentNames() {
        assertThat(ProxyRoute.of(Proxy.none(), URI.create(VENDOR), any -> "gate", any -> "http://gate:1"))
                .isNull();
    }

    @Test
    void credentialsInTheUrlAreDecodedAndNeverShown() {
        Proxy proxy = Proxy.of("http://ada:p%40ss@gate:3128");
        assertThat(proxy.user()).isEqualTo("ada");
        assertThat(proxy.password()).isEqualTo(Secret.of("p@ss"));
        assertThatThrownBy(() -> Proxy.of("https://ada:p4ss@gate"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("https")
                .hasMessageNotContaining("p4ss");
        assertThatThrownBy(() -> Proxy.of("http://ada:p4ss gate"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("p4ss");
    }
}
