package dev.understudy.spring.boot.test;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContextAnnotationUtils;

/** Adds the scripts to the context of a test with {@link ScriptedProviders}. */
final class ScriptedProvidersCustomizerFactory implements ContextCustomizerFactory {

    @Override
    public @Nullable ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> configuration) {
        ScriptedProviders annotation =
                TestContextAnnotationUtils.findMergedAnnotation(testClass, ScriptedProviders.class);
        return annotation == null ? null : new Customizer(annotation.wire());
    }

    /** Part of the key of cached contexts, so tests with the same option share one. */
    record Customizer(boolean wire) implements ContextCustomizer {

        @Override
        public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
            BeanDefinitionRegistry registry = (BeanDefinitionRegistry) context.getBeanFactory();
            registry.registerBeanDefinition(
                    "understudyProviderScripts",
                    BeanDefinitionBuilder.rootBeanDefinition(ProviderScripts.class, () -> new ProviderScripts(wire))
                            .setDestroyMethodName("close")
                            .getBeanDefinition());
        }
    }
}
