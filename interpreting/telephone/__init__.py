"""電話での三者通話: desk, resident and interpreter on the telephone, none seeing another's number.

`actions` starts and ends, `legs` takes what is heard of single calls, `dialling` talks to the
provider, `hooks` is what the provider asks us. Without a provider the desk calls by hand.
"""
