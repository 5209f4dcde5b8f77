"""AWS behind the port; boto3 is imported nowhere else."""
