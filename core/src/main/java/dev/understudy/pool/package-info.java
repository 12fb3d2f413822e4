/**
 * Providers of one client and what is known of them: active provider, health, circuits, cooldowns, and the exchange of this
 * knowledge with other instances. Not API.
 */
@NullMarked
package dev.understudy.pool;

import org.jspecify.annotations.NullMarked;
