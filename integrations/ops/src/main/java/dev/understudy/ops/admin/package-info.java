/** Admin routes on a reactor-netty server: status, health, statistics, failover control and an event stream. */
@NullMarked
package dev.understudy.ops.admin;

import org.jspecify.annotations.NullMarked;
