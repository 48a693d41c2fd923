"""AWS's services as this machine answers for them: their own models, protocols, signatures and errors."""
