package dev.understudy.spring.boot;

import dev.understudy.UnderstudyBuilder;

/**
 * Customizes the chain of each agent before it is built, for what properties cannot express. Beans of this type are applied
 * in their order, after the beans that the auto-configuration picks up by their own type.
 */
@FunctionalInterface
public interface UnderstudyBuilderCustomizer {

    /**
     * Customizes one chain. Called again when a changed configuration replaces the chain.
     *
     * @param agent id of the agent
     * @param builder builder with the values of the configuration
     */
    void customize(String agent, UnderstudyBuilder builder);
}
