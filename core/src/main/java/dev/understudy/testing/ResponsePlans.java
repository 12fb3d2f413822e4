package dev.understudy.testing;

import dev.understudy.testing.WireFormat.Question;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What one reply becomes, for each way of asking: the second time it costs nothing, and many streams share the bytes. */
final class ResponsePlans {

    private record Scene(WireFormat wireFormat, Question question) {}

    /** One reply is rarely asked for in more ways; past that it is made anew each time. */
    private static final int LIMIT = 8;

    private final Map<Scene, ResponsePlan> made = new ConcurrentHashMap<>(2);

    ResponsePlan of(ReplySpec reply, WireFormat wireFormat, Question question) {
        Scene scene = new Scene(wireFormat, question);
        ResponsePlan known = made.get(scene);
        if (known != null) {
            return known;
        }
        ResponsePlan responsePlan = ResponsePlan.of(reply, wireFormat, question);
        if (made.size() < LIMIT) {
            made.put(scene, responsePlan);
        }
        return responsePlan;
    }
}
