/** Calls through the gateway for a long time, with faults: nothing grows, and no answer is wrong. */
@NullMarked
package dev.understudy.gateway.soak;

import org.jspecify.annotations.NullMarked;
