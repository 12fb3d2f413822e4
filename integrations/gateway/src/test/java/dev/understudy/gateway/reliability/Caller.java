package dev.understudy.gateway.reliability;

/** One way to call the providers of a fixture. */
interface Caller extends AutoCloseable {

    /** Calls and waits for the end. Interruptible. */
    Outcome call(Question question, Mode mode) throws InterruptedException;

    /** Begins a call and leaves it after the first content, or, before it, when the upstream was asked. */
    void callAndLeave(Mode mode, Upstream upstream) throws Exception;

    @Override
    void close();
}
