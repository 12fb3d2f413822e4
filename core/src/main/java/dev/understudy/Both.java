package dev.understudy;

import reactor.util.context.Context;

/** Two who hear the same; what one of them throws does not keep the other from hearing. */
record Both(Listener first, Listener second) implements Listener {

    @Override
    public void on(Event event) {
        Call.tell(first, event);
        Call.tell(second, event);
    }

    @Override
    public Context within(Event.AttemptStarted attempt, Context context) {
        return Call.within(second, attempt, Call.within(first, attempt, context));
    }
}
