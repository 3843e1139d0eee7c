"""What hangs on a company: what is done alike with activities, opportunities, engagements and the others (S1 to S8)."""
