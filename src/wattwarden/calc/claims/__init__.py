"""What has to be billed later, refunded, claimed or compensated, each as a worked derivation."""
