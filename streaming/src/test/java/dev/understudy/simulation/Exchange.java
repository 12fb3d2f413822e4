package dev.understudy.simulation;

/** One request at a server, and the way of its answer. */
interface Exchange {

    Network.Connection connection();

    /** Earliest instant when the client can have begun to wait for the connection of the request. */
    long begun();

    /** Begins an answer. */
    void begin(Head head);

    /** Sends a part of the body. */
    void part(String text);

    /** Sends a share of a part as it is on the wire, from 0 to below 1, after which the rest is missing. */
    void cut(String text, double share);

    /** Ends the body. */
    void end();

    /** Runs an action when the client receives what was sent so far, unless it gave up the request before. */
    void afterArrival(Runnable action);

    /** Ends the connection, or with HTTP/2 perhaps the request only, in the middle of the answer. */
    void finish();

    /** Resets the connection, or with HTTP/2 perhaps the request only. */
    void reset();

    /**
     * Begin of an answer.
     *
     * @param length length of the body, -1 if it is not known
     * @param retryAfter seconds of the Retry-After field, 0 for none
     * @param part first part of the body, "" for none
     */
    record Head(int status, String type, int length, int retryAfter, String part) {}

    /** Receives the requests of a connection. */
    interface Service {

        /** Records a request that arrived, whether the server processes it or not. */
        void arrived(Request request);

        /** Returns what ends the answer when the client goes away. */
        Runnable asked(Request request, Exchange exchange);
    }
}
