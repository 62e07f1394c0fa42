"""The served page under load and in trouble: many visitors, a killed server, a full disk, too little memory."""
