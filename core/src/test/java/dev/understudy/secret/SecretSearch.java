package dev.understudy.secret;

import static dev.understudy.scenario.SocketScenario.REQUEST;

import dev.understudy.Understudy;
import dev.understudy.chat.AttemptLog;
import dev.understudy.chat.ChatException;
import dev.understudy.chat.ChatProvider;
import dev.understudy.chat.Failure;
import dev.understudy.event.Event;
import dev.understudy.policy.CircuitPolicy;
import dev.understudy.policy.RetryPolicy;
import dev.understudy.policy.TimeoutPolicy;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.scenario.CallKind;
import dev.understudy.scenario.CallResult;
import dev.understudy.scenario.SocketDialect;
import dev.understudy.scenario.SocketScenario;

/** Runs a call with a canary key and searches all results and events for it. */
record SecretSearch(SocketScenario scenario, CapturedOutput aloud, CanaryKey canary) {

    /** Makes one attempt at one endpoint. */
    CallResult play(SocketDialect dialect, CallKind kind, String url, TimeoutPolicy timeoutPolicy) {
        Endpoint endpoint = SocketDialect.endpoint("p1", url, canary.key());
        try (ChatProvider provider = dialect.provider(endpoint)) {
            Understudy understudy = scenario.builder(provider)
                    .retry(RetryPolicy.none())
                    .circuit(CircuitPolicy.none())
                    .timeouts(timeoutPolicy)
                    .build();
            CallResult result = kind.result(understudy, REQUEST);
            look(result, endpoint, provider, understudy, understudy.describe());
            return result;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    void look(CallResult result, Object... things) {
        if (result.error() != null) {
            canary.assertUnseenIn(result.error());
            if (result.error() instanceof ChatException failed) {
                canary.assertUnseenIn("the text of the vendor", String.valueOf(failed.vendorText()));
            }
        } else {
            canary.assertUnseenIn("the finish", result.finish().toString());
        }
        for (AttemptLog.Attempt attempt : result.attemptLog().attempts()) {
            canary.assertUnseenIn("an entry of the trail", attempt + " " + attempt.keyFingerprint());
            look(attempt.failure());
        }
        for (Event event : scenario.events) {
            canary.assertUnseenIn("an event", event.toString());
            if (event instanceof Event.CallFailed failed) {
                canary.assertUnseenIn(failed.error());
            }
        }
        for (Object thing : things) {
            canary.assertUnseenIn("the text of a thing", thing.toString());
        }
        if (result.error() instanceof ChatException.PartialAnswer partial) {
            canary.assertUnseenIn("the partial answer", partial.partial().toString());
        }
        canary.assertUnseenIn("the request", REQUEST.toString());
    }

    /** Searches the captured output. */
    void listen() {
        canary.assertUnseenIn("the logs", aloud.heard());
    }

    private void look(Failure failure) {
        if (failure != null) {
            String all = failure + failure.message() + failure.code() + failure.advice();
            canary.assertUnseenIn("a failure", all);
        }
    }
}
