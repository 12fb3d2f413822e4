package dev.understudy.testing;

import dev.understudy.testing.WireFormat.Question;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Caches the plans of one reply by format and request, so that many streams share the bytes. Thread-safe. */
final class ResponsePlans {

    private record Key(WireFormat wireFormat, Question question) {}

    /** A reply is rarely requested in more variants; further plans are not cached. */
    private static final int LIMIT = 8;

    private final Map<Key, ResponsePlan> plans = new ConcurrentHashMap<>(2);

    ResponsePlan of(ReplySpec reply, WireFormat wireFormat, Question question) {
        Key key = new Key(wireFormat, question);
        ResponsePlan known = plans.get(key);
        if (known != null) {
            return known;
        }
        ResponsePlan responsePlan = ResponsePlan.of(reply, wireFormat, question);
        if (plans.size() < LIMIT) {
            plans.put(key, responsePlan);
        }
        return responsePlan;
    }
}
