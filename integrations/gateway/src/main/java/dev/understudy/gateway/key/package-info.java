/** Keys of the gateway's clients, with their limits and budgets. */
@NullMarked
package dev.understudy.gateway.key;

import org.jspecify.annotations.NullMarked;
