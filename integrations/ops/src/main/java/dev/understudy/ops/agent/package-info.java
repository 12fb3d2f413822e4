/** Agents built from a configuration: what is in service, reload, and the watched configuration file. */
@NullMarked
package dev.understudy.ops.agent;

import org.jspecify.annotations.NullMarked;
