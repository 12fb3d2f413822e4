/** Configurations, the agents that are built from them, reload at runtime, and the watched configuration file. */
@NullMarked
package dev.understudy.ops.agent;

import org.jspecify.annotations.NullMarked;
