package dev.understudy.behaviour;

import static dev.understudy.behaviour.Rehearsal.REQUEST;

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

/** Plays a scene with a canary for a key, and then looks everywhere. */
record Search(Rehearsal stage, Aloud aloud, Canary canary) {

    /** One attempt at one endpoint. */
    Heard play(Wire wire, Door door, String url, TimeoutPolicy timeoutPolicy) {
        Endpoint endpoint = Endpoint.of("p1", url, canary.key());
        try (ChatProvider provider = wire.provider(endpoint)) {
            Understudy understudy = stage.builder(provider)
                    .retry(RetryPolicy.none())
                    .circuit(CircuitPolicy.disabled())
                    .timeouts(timeoutPolicy)
                    .build();
            Heard heard = door.hear(understudy, REQUEST);
            look(heard, endpoint, provider, understudy, understudy.describe());
            return heard;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    void look(Heard heard, Object... things) {
        if (heard.error() != null) {
            canary.assertUnseenIn(heard.error());
        } else {
            canary.assertUnseenIn("the finish", heard.finish().toString());
        }
        for (AttemptLog.Attempt attempt : heard.trail().attempts()) {
            canary.assertUnseenIn("an entry of the trail", attempt + " " + attempt.keyFingerprint());
            look(attempt.failure());
        }
        for (Event event : stage.events) {
            canary.assertUnseenIn("an event", event.toString());
            if (event instanceof Event.CallFailed failed) {
                canary.assertUnseenIn(failed.error());
            }
        }
        for (Object thing : things) {
            canary.assertUnseenIn("the text of a thing", thing.toString());
        }
        if (heard.error() instanceof ChatException.PartialAnswer partial) {
            canary.assertUnseenIn("the partial answer", partial.partial().toString());
        }
        canary.assertUnseenIn("the request", REQUEST.toString());
    }

    /** All that was logged or printed so far. */
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
