/**
 * Simulation of the whole stack: client, providers, dialects, framings and connection pools of the library over simulated time,
 * threads, network and vendors. Each history follows from a seed.
 */
@NullMarked
package dev.understudy.simulation;

import org.jspecify.annotations.NullMarked;
