package dev.understudy.event;

/** What a circuit does with the next call. */
public enum CircuitState {
    /** Lets every call through and counts what fails. */
    CLOSED,
    /** Lets no call through until its time is over. */
    OPEN,
    /** Lets one call through at a time, as a trial. */
    HALF_OPEN,
    /** Lets no call through because an operator said so. */
    FORCED_OPEN,
    /** Lets every call through and counts nothing. */
    DISABLED
}
