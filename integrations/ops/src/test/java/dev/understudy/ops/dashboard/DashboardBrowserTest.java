package dev.understudy.ops.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.ops.admin.ActivityLog;
import dev.understudy.ops.admin.Admin;
import dev.understudy.ops.agent.Agents;
import dev.understudy.ops.agent.Config;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import reactor.core.publisher.Flux;

/**
 * The dashboard in Chromium, with vendors on sockets that fail. {@code -Dunderstudy.shots=folder} keeps images of the page.
 */
@Timeout(300)
@EnabledIfSystemProperty(named = "understudy.browser", matches = "true")
class DashboardBrowserTest {

    private static final String READ = "reading-token-of-the-test";
    private static final String WRITE = "writing-token-of-the-test";
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final String MODEL = "gpt-5.6";

    private static Browser browser;

    private final ScriptedServer first = ScriptedServer.start().always(ScriptedReply.tokens("Good", " morning"));
    private final ScriptedServer second = ScriptedServer.start().always(ScriptedReply.tokens("Good", " morning"));
    private final ActivityLog activityLog = new ActivityLog();
    private final Agents agents = Agents.open(config("primary: openai, backups: [claude]"), activityLog);
    private final Admin.Server server = Admin.of(agents, activityLog, Admin.Options.tokens(READ, WRITE))
            .start(0)
            .block(LONG);

    private Config config(String agent) {
        return Config.parse(
                """
                providers:
                  openai: {dialect: openai, baseUrl: "%s", keys: ["${FIRST}", "${SECOND}"],
                           catalogue: {gpt-5.6: {price: {input: 2, output: 8}}}}
                  claude: {dialect: anthropic, baseUrl: "%s", keys: ["${THIRD}"], model: claude-sonnet-4-5}
                agents:
                  support: {%s, circuit: {consecutive: 3, pause: {first: 1m, longest: 1m}}, failover: {maxConsecutiveFailures: 3, returns: false}, retry: {retries: 0}}
                  sales: {primary: claude}
                """.formatted(first.url("/v1"), second.url("/v1"), agent),
                Map.of("FIRST", "sk-test-1", "SECOND", "sk-test-2", "THIRD", "sk-test-3"));
    }

    @BeforeAll
    static void start() {
        assumeTrue(Browser.program() != null, "needs Chromium");
        browser = new Browser();
    }

    @AfterAll
    static void end() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void open() {
        browser.requests.clear();
        browser.complaints.clear();
        browser.viewport(1280, 900, false);
        browser.open(url());
        browser.value("sessionStorage.clear()");
        browser.open(url() + "?again");
    }

    @AfterEach
    void close() {
        assertThat(browser.complaints).isEmpty();
        assertThat(browser.requests).isNotEmpty().allSatisfy(request -> assertThat(request)
                .startsWith("http://127.0.0.1:" + server.port() + "/"));
        browser.open("about:blank");
        server.close();
        agents.close();
        first.close();
        second.close();
    }

    private String url() {
        return "http://127.0.0.1:" + server.port() + "/understudy/";
    }

    private void signIn(String token) {
        browser.type("#token", token);
        browser.until("!document.querySelector('#board').hidden");
        browser.until("document.querySelector('#connection').textContent === 'live'");
    }

    private void call(String model) {
        agents.provider("support")
                .chat(ChatRequest.of(model, "Hello"))
                .map(ChatResponse::text)
                .onErrorReturn("failed")
                .block(LONG);
    }

    private void stream() {
        agents.provider("support").stream(ChatRequest.of(MODEL, "Hello").withTemperature(0))
                .onErrorComplete()
                .blockLast(LONG);
    }

    private void shot(String name) {
        String folder = System.getProperty("understudy.shots");
        if (folder != null) {
            browser.screenshot(Path.of(folder, name + ".png"));
        }
    }

    private static String row(String provider) {
        return "[...document.querySelectorAll('#providers tbody tr')].find(row => row.innerText.includes('" + provider
                + "'))";
    }

    private static String active(String provider) {
        return row(provider) + ".querySelector('th .tag')?.innerText === 'active'";
    }

    @Test
    void wrongTokenIsRefusedInWords() {
        browser.type("#token", "no-such-token-at-all");
        browser.until("document.querySelector('#sign-in-error').textContent === 'This token is not accepted.'");
        assertThat(browser.value("document.querySelector('#board').hidden").asBoolean())
                .isTrue();
    }

    @Test
    void readTokenShowsEverythingAndChangesNothing() {
        call(MODEL);
        signIn(READ);
        assertThat(browser.text("#access")).isEqualTo("read only");
        assertThat(browser.text("#summary")).contains("healthy", "openai");
        assertThat(browser.value("document.querySelectorAll('#providers button').length")
                        .asInt())
                .isZero();
        assertThat(browser.text("#configuration")).contains("support:", "1. openai");
        assertThat(browser.value("document.body.innerText").asString()).doesNotContain("sk-test", READ);
    }

    @Test
    void outageAndRecoveryAreShownLive() {
        signIn(WRITE);
        for (int i = 0; i < 3; i++) {
            call(MODEL);
            stream();
        }
        browser.until("document.querySelectorAll('#calls details').length === 6");
        shot("desktop-light");
        first.always(ScriptedReply.error(503, "server_error", "down for maintenance"));
        for (int i = 0; i < 7; i++) {
            call(MODEL);
        }
        browser.until("/unhealthy[^]*open gpt/.test(" + row("openai") + ".innerText)");
        browser.until(active("claude"));
        assertThat(browser.text("#summary")).contains("degraded", "claude");
        assertThat(browser.text("#events")).contains("call.failed_over", "active.changed", "circuit.changed");
        assertThat(browser.text("#calls")).contains("failover");
        assertThat(browser.text("#charts")).contains("Failovers and takeovers", "13 served");
        shot("desktop-outage-light");
        browser.viewport(1280, 900, true);
        shot("desktop-outage-dark");
        browser.viewport(360, 800, true);
        shot("phone-outage-dark");
        browser.viewport(1280, 900, false);
        first.always(ScriptedReply.tokens("Good", " morning"));
        browser.click("button[data-key='release/openai']");
        browser.until("document.querySelector('#notice').textContent === 'openai is released.'");
        browser.click("button[data-key='switch/openai']");
        browser.until(active("openai"));
    }

    @Test
    void takeoverIsShownWithItsAttempts() {
        first.then(ScriptedReply.tokens("Good", " morn", "ing").reset(ScriptedReply.FaultPoint.tokens(2)));
        signIn(READ);
        stream();
        browser.until("document.querySelector('#calls').innerText.includes('takeover')");
        browser.click("#only-notable");
        browser.click("#calls summary");
        browser.until("document.querySelector('#calls table') !== null");
        assertThat(browser.text("#calls table")).contains("partial", "served", "openai", "claude");
        browser.until("document.querySelector('#charts').innerText.includes('0 and 1')");
        shot("desktop-takeover-light");
    }

    @Test
    void providersAreSwitchedHeldAndReleasedByKeyboard() {
        signIn(WRITE);
        browser.value("document.querySelector(\"button[data-key='hold/claude']\").focus()");
        browser.press("Enter", 13, "\r");
        browser.until(row("claude") + ".innerText.includes('held')");
        browser.until(
                "document.activeElement.dataset.key === 'release/claude' || document.activeElement === document.body"
                        + " || document.activeElement.dataset.key === 'hold/claude'");
        browser.value("document.querySelector(\"button[data-key='release/claude']\").focus()");
        browser.press("Enter", 13, "\r");
        browser.until("!" + row("claude") + ".innerText.includes('held')");
        assertThat(browser.value("document.activeElement.dataset.key").asString())
                .as("the focus stays where it was")
                .isEqualTo("release/claude");
        browser.click("button[data-key='switch/claude']");
        browser.until(active("claude"));
        browser.click("#check");
        browser.until("document.querySelector('#notice').textContent.startsWith('Health was checked')");
    }

    @Test
    void namesOfCallersStayText() {
        signIn(READ);
        call("<img src=/x onerror=document.title='broken'><script>document.title='broken'</script>");
        browser.until("document.querySelector('#calls').innerText.includes('<img src=')");
        assertThat(browser.value("document.querySelectorAll('main img, main script').length")
                        .asInt())
                .isZero();
        assertThat(browser.value("document.title").asString()).isEqualTo("Understudy");
    }

    @Test
    void phoneShowsEverythingWithoutScrollingSideways() {
        browser.viewport(360, 740, false);
        signIn(WRITE);
        call(MODEL);
        first.then(ScriptedReply.status(500));
        call(MODEL);
        browser.until("document.querySelectorAll('#calls details').length === 2");
        browser.value("document.querySelectorAll('#calls summary').forEach(each => each.click())");
        browser.until("document.querySelectorAll('#calls table').length === 2");
        assertThat(browser.value("document.documentElement.scrollWidth").asInt())
                .isLessThanOrEqualTo(360);
        shot("phone-light");
    }

    @Test
    void controlsHaveNamesForScreenReaders() {
        call(MODEL);
        signIn(WRITE);
        assertThat(browser.send("Accessibility.getFullAXTree", Map.of()).get("nodes"))
                .filteredOn(node -> node.has("role")
                        && java.util.Set.of("button", "combobox", "textbox", "checkbox", "image", "table", "region")
                                .contains(node.get("role").get("value").asString())
                        && !node.get("ignored").asBoolean())
                .hasSizeGreaterThan(10)
                .allSatisfy(node -> {
                    if (!node.get("role").get("value").asString().equals("table")) {
                        assertThat(node.get("name").get("value").asString()).isNotEmpty();
                    }
                });
    }

    @Test
    void signingOutForgetsTheToken() {
        signIn(READ);
        Flux.range(0, 3).doOnNext(i -> call(MODEL)).blockLast(LONG);
        browser.until("document.querySelectorAll('#calls details').length === 3");
        browser.click("#leave");
        browser.until("!document.querySelector('#sign-in').hidden");
        assertThat(browser.value("sessionStorage.length").asInt()).isZero();
        assertThat(browser.value("document.querySelector('#board').hidden").asBoolean())
                .isTrue();
    }
}
