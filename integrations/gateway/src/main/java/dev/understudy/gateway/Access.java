package dev.understudy.gateway;

/** Group of clients that may use a route. */
enum Access {
    /** Anybody: health. */
    OPEN,
    /** Clients with the gateway's token. */
    CLIENTS,
    /** Operators with a token of the admin routes, if there is one. */
    OPERATORS
}
