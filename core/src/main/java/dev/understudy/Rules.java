package dev.understudy;

/**
 * What a caller may decide about decisions.
 *
 * @param retry how often and how soon
 * @param maxAttempts of a whole call, 0 for no bound
 * @param aroundFilters whether a refused request goes to the next route
 * @param invalidStops whether a request that one vendor does not understand stops the call
 */
record Rules(RetryPolicy retry, int maxAttempts, boolean aroundFilters, boolean invalidStops) {}
