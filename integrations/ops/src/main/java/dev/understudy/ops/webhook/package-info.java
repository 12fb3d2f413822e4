/** Webhooks: signed messages about failover, recovery, circuits, health and operator actions. */
@NullMarked
package dev.understudy.ops.webhook;

import org.jspecify.annotations.NullMarked;
