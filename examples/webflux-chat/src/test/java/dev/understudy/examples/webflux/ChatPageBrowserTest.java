package dev.understudy.examples.webflux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.understudy.testing.RecordedRequest;
import dev.understudy.testing.ScriptedReply;
import dev.understudy.testing.ScriptedReply.FaultPoint;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.ActiveProfiles;
import reactor.test.StepVerifier;

/** The page in Chromium, with a vendor that breaks off. */
@Timeout(300)
@EnabledIfSystemProperty(named = "understudy.browser", matches = "true")
@ActiveProfiles({DemoVendors.PROFILE, "test"})
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = "demo.pace=20ms")
class ChatPageBrowserTest {

    private static final String WHOLE = String.join("", DemoVendors.tokens());

    @Autowired
    private DemoVendors vendors;

    @LocalServerPort
    private int port;

    private Relay relay;
    private Browser browser;

    @BeforeEach
    void open() {
        assumeTrue(Browser.program() != null, "no Chromium on the path");
        relay = new Relay(port);
        browser = new Browser();
        browser.open("http://127.0.0.1:" + relay.port() + "/");
        // counts the pieces that the answer arrives in
        browser.value("window.pieces = 0; new MutationObserver(changes => window.pieces += changes.length)"
                + ".observe(document.getElementById('answer'), {childList: true}); 1");
    }

    @AfterEach
    void close() {
        browser.close();
        relay.close();
    }

    @Test
    void takeoverShowsBesideTheAnswerAndNotInIt() {
        vendors.openAi().always(answer().cut(FaultPoint.tokens(24)));
        browser.click("#send");
        browser.until("document.getElementById('state').textContent === 'Done'");
        assertThat(browser.value("document.getElementById('answer').textContent")
                        .asString())
                .isEqualTo(WHOLE);
        assertThat(browser.value("window.pieces").asInt()).isGreaterThan(10);
        browser.until("document.querySelectorAll('#takeovers li').length === 1");
        assertThat(browser.text("#takeovers")).contains("openai broke off", "claude went on");
        assertThat(browser.complaints).isEmpty();
    }

    @Test
    void stopEndsTheCallOfTheVendor() {
        vendors.openAi().always(answer().stall(FaultPoint.tokens(5)));
        int before = vendors.openAi().requests().size();
        browser.click("#send");
        browser.until("document.getElementById('answer').textContent.length > 3");
        browser.click("#stop");
        browser.until("document.getElementById('state').textContent === 'Stopped'");
        StepVerifier.create(vendors.openAi().arrivals().skip(before).next().flatMap(RecordedRequest::ended))
                .expectNextMatches(request -> request.ending() == RecordedRequest.Ending.CLIENT_CANCELLED)
                .expectComplete()
                .verify(Duration.ofSeconds(60));
        assertThat(WHOLE)
                .startsWith(browser.value("document.getElementById('answer').textContent")
                        .asString());
    }

    @Test
    void lostConnectionIsReadOn() {
        vendors.openAi().always(answer());
        browser.click("#send");
        browser.until("document.getElementById('answer').textContent.length > 3");
        int calls = vendors.openAi().calls().size();
        relay.cut();
        browser.until("document.getElementById('state').textContent.startsWith('Connection lost')");
        browser.until("document.getElementById('state').textContent === 'Done'");
        assertThat(browser.value("document.getElementById('answer').textContent")
                        .asString())
                .isEqualTo(WHOLE);
        assertThat(vendors.openAi().calls()).hasSize(calls);
    }

    private static ScriptedReply answer() {
        return ScriptedReply.tokens(DemoVendors.tokens()).between(Duration.ofMillis(100));
    }
}
